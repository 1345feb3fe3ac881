package dev.hstu.encoder.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.RequestInterval;
import dev.hstu.kernels.tables.IdTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An ensemble's vectors are its members' side by side with unit norm, it is a model of its own,
/// and networks that can't be averaged are refused with what is wrong.
class EnsembleModelTest {

  private static final int ITEMS = 9;
  private static final NetworkConfig HSTU = RandomModels.config(ITEMS, 6, 2, 5, 2, 3, 4, 2);
  private static final NetworkConfig SASREC = RandomModels.sasRec(ITEMS, 6, 1, 8, 2, 4, 1);

  private final EnsembleModel model = ensemble(HSTU, SASREC, HSTU);

  @Test
  void itemVectorsStandSideBySideWithUnitNorm() {
    assertThat(model.config().embeddingDim()).isEqualTo(18);
    float[] vector = new float[20];
    for (int item = 1; item <= ITEMS; item++) {
      model.copyItemVector(item, vector, 1);
      int from = 1;
      double squares = 0;
      for (NetworkModel member : model.networks()) {
        float[] own = new float[member.config().embeddingDim()];
        member.copyItemVector(item, own, 0);
        for (float value : own) {
          assertThat(vector[from++]).isEqualTo((float) (1 / Math.sqrt(3)) * value);
        }
      }
      for (int i = 1; i < from; i++) {
        squares += (double) vector[i] * vector[i];
      }
      assertThat(squares).isCloseTo(1, within(1e-6));
      assertThat(vector[0]).isZero();
      assertThat(vector[19]).isZero();
    }
  }

  @Test
  void theNormOfAnEmbeddingIsThatOfItsMembersTogether() {
    double squares =
        model.networks().stream()
            .mapToDouble(member -> member.embeddingNorm(4))
            .map(n -> n * n)
            .sum();
    assertThat(model.embeddingNorm(4)).isCloseTo(Math.sqrt(squares / 3), within(1e-12));
  }

  @Test
  void labelsGiveANewItemTheMembersVectorsSideBySide() {
    ModelFeatures genres =
        new ModelFeatures(
            List.of(new ModelFeatures.LabelColumn("genres", List.of("Comedy", "Drama"))),
            List.of());
    EnsembleModel labelled = ensemble(HSTU.withFeatures(genres), SASREC.withFeatures(genres));
    float[] vector = labelled.vectorOfLabels(column -> List.of("Drama", "Opera")).orElseThrow();
    int from = 0;
    for (NetworkModel member : labelled.networks()) {
      for (float value : member.vectorOfLabels(column -> List.of("Drama")).orElseThrow()) {
        assertThat(vector[from++]).isEqualTo((float) (1 / Math.sqrt(2)) * value);
      }
    }
    assertThat(from).isEqualTo(vector.length);
    assertThat(labelled.vectorOfLabels(column -> List.of("Opera"))).isEqualTo(Optional.empty());
  }

  @Test
  void theFingerprintIsThatOfTheMembersInTheirOrder() {
    List<NetworkModel> members = model.networks();
    List<NetworkModel> turned = new ArrayList<>(members);
    Collections.reverse(turned.subList(0, 2));
    List<NetworkModel> other = new ArrayList<>(members);
    other.set(2, RandomModels.model(HSTU, 77));
    assertThat(
            List.of(
                model.fingerprint(),
                new EnsembleModel(turned).fingerprint(),
                new EnsembleModel(other).fingerprint(),
                new EnsembleModel(members.subList(0, 2)).fingerprint(),
                members.getFirst().fingerprint()))
        .doesNotHaveDuplicates()
        .allSatisfy(fingerprint -> assertThat(fingerprint).matches("[0-9a-f]{64}"));
    assertThat(new EnsembleModel(members).fingerprint()).isEqualTo(model.fingerprint());
  }

  /// Of before there were ensembles: stored folders and indexes hold them.
  @Test
  void theFingerprintOfANetworkStaysWhatItWas() {
    assertThat(RandomModels.model(HSTU, 1).fingerprint())
        .isEqualTo("afd04adca43a940363f03864311d84565e470dd3db3b724ff2efabe2a684bdfb");
    assertThat(RandomModels.model(SASREC, 1).fingerprint())
        .isEqualTo("394f322df8ab4aa4a42e27c7b3cd8d78177a051d62b784cac5568acc0613d1e9");
  }

  @Test
  void anEmbeddingHoldsAsLongAsThatOfTheMemberThatReadsTimes() {
    long[] times = {1_000, 5_000, 9_000};
    RequestInterval alone = HSTU.sameEmbedding(times, 0, 3, 10_000);
    assertThat(model.config().sameEmbedding(times, 0, 3, 10_000)).isEqualTo(alone);
    assertThat(ensemble(SASREC, SASREC).config().sameEmbedding(times, 0, 3, 10_000))
        .isEqualTo(RequestInterval.ALWAYS);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 17})
  void anEnsembleHasTwoMembersOrMoreUpToItsBound(int members) {
    assertThatThrownBy(() -> new EnsembleConfig(Collections.nCopies(members, HSTU)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("members=" + members + " must be within 2..16");
  }

  @Test
  void membersOfOtherItemsWindowsOrFeaturesAreRefused() {
    assertRefused(HSTU.withItems(ITEMS + 1), "items=10 of member 2 must be 9");
    assertRefused(
        RandomModels.config(ITEMS, 7, 2, 5, 2, 3, 4, 2), "maxEvents=7 of member 2 must be 6");
    assertRefused(
        new HstuConfig(ITEMS, 6, 2, 5, 2, 3, 4, 2, 0.05, 3), "windowHop=3 of member 2 must be 1");
    assertRefused(
        HSTU.withFeatures(new ModelFeatures(List.of(), List.of(1f, 2f))),
        "0 labels, 2 actions, 0 series values of member 2 must be those of member 1, 0 labels,");
  }

  @Test
  void membersOfAnotherClockOrVocabularyAreRefused() {
    ModelWeights weights = RandomModels.weights(HSTU, 1);
    IdTable ids = RandomModels.ids(ITEMS);
    NetworkModel first = new NetworkModel(HSTU, new Clock.Wall(), ids, weights);
    NetworkModel slower = new NetworkModel(HSTU, new Clock.Sequence(60), ids, weights);
    assertThatThrownBy(() -> new EnsembleModel(List.of(first, slower)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of member 2 must be " + new Clock.Wall().spec());
    IdTable texts =
        IdTable.ofStrings(IntStream.range(1000, 1000 + ITEMS).mapToObj(Integer::toString).toList());
    IdTable shifted = IdTable.ofLongs(IntStream.range(1001, 1001 + ITEMS).asLongStream().toArray());
    for (IdTable other : List.of(texts, shifted)) {
      NetworkModel stranger = new NetworkModel(HSTU, new Clock.Wall(), other, weights);
      assertThatThrownBy(() -> new EnsembleModel(List.of(first, stranger)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the vocabulary of member 2");
    }
  }

  @Test
  void anEnsembleIsNoNetworkAndSaysSo() {
    assertThatThrownBy(model::network)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("an ensemble of 3 networks where one network is needed");
  }

  private static void assertRefused(NetworkConfig second, String reason) {
    assertThatThrownBy(() -> new EnsembleConfig(List.of(HSTU, second)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  private static EnsembleModel ensemble(NetworkConfig... configs) {
    return RandomModels.ensemble(List.of(configs), 1);
  }
}
