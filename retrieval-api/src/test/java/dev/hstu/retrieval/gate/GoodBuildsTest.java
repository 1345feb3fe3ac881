package dev.hstu.retrieval.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.retrieval.config.GateSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Good nights pass: other worlds and sizes, items that come and go, popularity that moves, a model
/// kept or trained anew, every type of index, several days in a row, and no golden user too few.
final class GoodBuildsTest {

  /// The short run takes these of the twenty: every type of index, kept and new models.
  private static final List<Integer> SHORT = List.of(0, 5, 10, 15, 19);

  private static final int NIGHTS = 20;

  private static final PublishGate GATE =
      new PublishGate(
          GateSettings.of(List.of()), EngineChoice.of(Engine.REFERENCE).withThreads(1), 2);

  @TempDir private Path folder;

  /// One good build after another.
  ///
  /// @param keepsModel whether only new vectors are embedded and the model stays
  private record Case(int number, GateWorld world, IndexSettings index, boolean keepsModel) {

    static Case of(int number) {
      boolean keepsModel = number % 5 == 4;
      double churn = keepsModel ? 0 : number % 4 * 0.02;
      int items = 300 + 130 * (number % 7);
      int users = 150 + 60 * (number % 4);
      GateWorld world = new GateWorld(1_000 + number, items, users, churn, number % 3 * 0.1);
      IndexType type = IndexType.values()[number % IndexType.values().length];
      int shards = type == IndexType.EXACT ? 1 : 1 + number % 3;
      return new Case(
          number, world, IndexSettings.DEFAULT.withType(type).withShards(shards), keepsModel);
    }

    Night night(int day) {
      Night night = world.night(day, keepsModel ? 1 : 1 + day);
      night.index = index;
      return night;
    }
  }

  static List<Case> few() {
    return SHORT.stream().map(Case::of).toList();
  }

  static List<Case> twenty() {
    return IntStream.range(0, NIGHTS).mapToObj(Case::of).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("few")
  void aGoodBuildIsPublished(Case one) throws IOException {
    assertPublished(one);
  }

  @Tag("soak")
  @ParameterizedTest(name = "{0}")
  @MethodSource("twenty")
  void everyOneOfTwentyGoodBuildsIsPublished(Case one) throws IOException {
    assertPublished(one);
  }

  /// The first generation of a store, then the next day's beside it.
  private void assertPublished(Case one) throws IOException {
    GenerationStore store = GenerationStore.at(folder.resolve("generations"));
    Publications publications = new Publications(store);
    for (int day = 0; day < 2; day++) {
      String id = one.night(day).build(store, folder);
      GateVerdict verdict = GATE.judge(store, id);

      assertThat(verdict.blocked()).as("day %d: %s", day, verdict.figures()).isEmpty();
      assertThat(verdict.result("golden-users")).get().isInstanceOf(CheckResult.Passed.class);
      assertThat(verdict.result("overlap@100"))
          .get()
          .isInstanceOf(day == 0 ? CheckResult.Skipped.class : CheckResult.Passed.class);
      publications.publish(verdict);
      assertThat(store.currentId()).contains(id);
    }
  }
}
