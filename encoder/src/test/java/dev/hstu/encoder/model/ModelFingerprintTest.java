package dev.hstu.encoder.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.kernels.tables.IdTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The fingerprint changes with everything that changes an embedding's meaning, and with nothing
/// else.
class ModelFingerprintTest {

  private static final HstuConfig CONFIG = RandomModels.config(7, 5, 2, 4, 2, 3, 2, 2);
  private static final Clock WALL = new Clock.Wall();

  private final NetworkModel model = RandomModels.model(CONFIG, 1);

  @Test
  void isSixtyFourLowerCaseHexadecimalDigits() {
    assertThat(model.fingerprint()).matches("[0-9a-f]{64}");
  }

  @Test
  void isTheSameForTheSameContentWhereverTheWeightsLie() {
    assertThat(RandomModels.model(CONFIG, 1).fingerprint()).isEqualTo(model.fingerprint());
    MemorySegment heap = model.weights().itemEmbeddings();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment offHeap = arena.allocate(heap.byteSize()).copyFrom(heap);
      ModelWeights moved =
          new ModelWeights(offHeap, model.weights().positions(), model.weights().blocks());
      NetworkModel other = new NetworkModel(CONFIG, WALL, model.vocabulary(), moved);
      assertThat(other.fingerprint()).isEqualTo(model.fingerprint());
    }
  }

  static List<HstuConfig> otherConfigurationsOfTheSameTensorShapes() {
    return List.of(
        // Nmax and Nout trade places within N; hop and temperature have no tensor at all.
        new HstuConfig(7, 4, 3, 4, 2, 3, 2, 2, 0.05, 1),
        new HstuConfig(7, 5, 2, 4, 2, 3, 2, 2, 0.07, 1),
        new HstuConfig(7, 5, 2, 4, 2, 3, 2, 2, 0.05, 2));
  }

  @ParameterizedTest
  @MethodSource("otherConfigurationsOfTheSameTensorShapes")
  void changesWithTheConfiguration(HstuConfig other) {
    NetworkModel changed = new NetworkModel(other, WALL, model.vocabulary(), model.weights());
    assertThat(changed.fingerprint()).isNotEqualTo(model.fingerprint());
  }

  @Test
  void changesWithTheClock() {
    assertThat(withClock(new Clock.Sequence(60)).fingerprint())
        .isNotEqualTo(model.fingerprint())
        .isNotEqualTo(withClock(new Clock.Sequence(61)).fingerprint());
  }

  @Test
  void changesWithTheVocabularyItsOrderAndItsType() {
    long[] shifted = LongStream.range(1001, 1008).toArray();
    long[] swapped = LongStream.range(1000, 1007).toArray();
    swapped[0] = 1001;
    swapped[1] = 1000;
    List<String> text = IntStream.range(1000, 1007).mapToObj(Integer::toString).toList();
    assertThat(
            List.of(
                model.fingerprint(),
                withVocabulary(IdTable.ofLongs(shifted)).fingerprint(),
                withVocabulary(IdTable.ofLongs(swapped)).fingerprint(),
                withVocabulary(IdTable.ofStrings(text)).fingerprint()))
        .doesNotHaveDuplicates();
  }

  static List<Function<ModelWeights, float[]>> everyTensorOnTheHeap() {
    List<Function<ModelWeights, float[]>> tensors = new ArrayList<>();
    tensors.add(ModelWeights::positions);
    for (int i = 0; i < CONFIG.blocks(); i++) {
      int block = i;
      for (int t = 0; t < CheckpointNames.block(CONFIG, i).size(); t++) {
        int tensor = t;
        tensors.add(weights -> weights.blocks().get(block).tensors().get(tensor));
      }
    }
    return tensors;
  }

  @ParameterizedTest
  @MethodSource("everyTensorOnTheHeap")
  void changesWithTheLastBitOfAnyTensor(Function<ModelWeights, float[]> tensor) {
    ModelWeights weights = RandomModels.weights(CONFIG, 1);
    float[] values = tensor.apply(weights);
    values[values.length - 1] = Math.nextUp(values[values.length - 1]);
    NetworkModel changed = new NetworkModel(CONFIG, WALL, model.vocabulary(), weights);
    assertThat(changed.fingerprint()).isNotEqualTo(model.fingerprint());
  }

  @Test
  void changesWithTheLastBitOfAnItem() {
    ModelWeights weights = RandomModels.weights(CONFIG, 1);
    long last = (CONFIG.items() + 1L) * CONFIG.embeddingDim() - 1;
    float value = weights.itemEmbeddings().getAtIndex(ModelWeights.FLOAT, last);
    weights.itemEmbeddings().setAtIndex(ModelWeights.FLOAT, last, Math.nextUp(value));
    NetworkModel changed = new NetworkModel(CONFIG, WALL, model.vocabulary(), weights);
    assertThat(changed.fingerprint()).isNotEqualTo(model.fingerprint());
  }

  @Test
  void aVocabularyOfAnotherSizeIsRefused() {
    assertThatThrownBy(() -> withVocabulary(RandomModels.ids(8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vocabulary has 8 ids and the configuration 7 items");
  }

  private NetworkModel withClock(Clock clock) {
    return new NetworkModel(CONFIG, clock, model.vocabulary(), model.weights());
  }

  private NetworkModel withVocabulary(IdTable vocabulary) {
    return new NetworkModel(CONFIG, WALL, vocabulary, model.weights());
  }
}
