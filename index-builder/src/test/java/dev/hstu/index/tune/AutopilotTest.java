package dev.hstu.index.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.ClusteredVectors;
import dev.hstu.index.search.IndexType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AutopilotTest {

  private static final int ROWS = 2_400;
  private static final TuningGoal GOAL = new TuningGoal(.9, 20, 0, 0);

  private Path folder;

  private final ClusteredVectors world = new ClusteredVectors(16, 40, 7);
  private final VectorMatrix vectors = world.matrix(ROWS);
  private final List<float[]> queries = queries(64);
  private Tuning sampled;

  @BeforeAll
  void tuneOnSamples(@TempDir Path shared) throws IOException {
    folder = shared;
    sampled = tune(GOAL, 1_200);
  }

  @Test
  void theChoicePromisesTheRecallAndIsTheFastestThatDoes() throws Exception {
    TunedOption choice = sampled.choice().orElseThrow();
    assertThat(sampled.chosen()).isEqualTo(choice.settings());
    assertThat(choice.recall() - SearchPoint.CAUTION * choice.recallError())
        .isGreaterThanOrEqualTo(.9);
    assertThat(sampled.options())
        .filteredOn(option -> option.outcome() == TunedOption.Outcome.MEETS_GOAL)
        .allMatch(option -> option.p50Micros() >= choice.p50Micros());
  }

  @Test
  void everyCandidateIsMeasuredOnTheSmallSampleAndEveryTypeOnTheLarger() {
    TuningSettings settings = TuningSettings.thorough(1);
    assertThat(sampled.samples())
        .filteredOn(sample -> sample.rows() == 300)
        .extracting(MeasuredIndex::settings)
        .containsExactlyElementsOf(settings.candidates());
    assertThat(sampled.samples())
        .filteredOn(sample -> sample.rows() == 1_200)
        .extracting(sample -> sample.settings().type())
        .contains(IndexType.values());
    assertThat(folder.resolve("scratch")).doesNotExist();
  }

  @Test
  void noPointOfTheFrontIsBeatenInBothRecallAndTime() {
    List<Tuning.Dominant> front = sampled.paretoFront();

    assertThat(front).isNotEmpty();
    for (int i = 1; i < front.size(); i++) {
      assertThat(front.get(i).point().recall()).isGreaterThan(front.get(i - 1).point().recall());
      assertThat(front.get(i).point().p50Micros())
          .isGreaterThanOrEqualTo(front.get(i - 1).point().p50Micros());
    }
  }

  @Test
  void aCatalogueNoLargerThanTheSampleIsMeasuredWhole() throws Exception {
    Tuning tuning = tune(GOAL, ROWS);

    assertThat(tuning.samples()).allMatch(sample -> sample.rows() == ROWS);
    assertThat(tuning.samples()).hasSameSizeAs(TuningSettings.thorough(1).candidates());
  }

  @Test
  void whatCannotBeReachedIsSaidWithTheNearest() throws Exception {
    Tuning tooSmall = tune(new TuningGoal(.9, 20, 0, 1 << 20), 1_000);
    Tuning tooFast = tune(new TuningGoal(.9, 20, 1e-5, 0), 1_000);

    assertThat(tooSmall.options())
        .allMatch(
            option ->
                option.outcome() == TunedOption.Outcome.EXCEEDS_RAM
                    || option.outcome() == TunedOption.Outcome.MISSES_RECALL);
    assertThatThrownBy(tooSmall::chosen)
        .isInstanceOf(UnreachableGoalException.class)
        .hasMessageContaining("2,400 items")
        .hasMessageContaining("k=20")
        .hasMessageContaining("nearest is");
    assertThatThrownBy(tooFast::chosen).hasMessageContaining("within 1.0E-5 ms");
  }

  @Test
  void withoutQueriesStandInsAreMadeAndSaid() throws Exception {
    Tuning tuning =
        Autopilot.tune(
            vectors,
            List.of(),
            GOAL,
            TuningSettings.thorough(1).withSampleRows(1_000),
            folder.resolve("scratch"),
            TuningListener.NONE);

    assertThat(tuning.standIns()).isTrue();
    assertThat(tuning.queries()).isPositive();
  }

  @Test
  void progressNeverPassesItsTotal() throws Exception {
    List<Integer> seen = new ArrayList<>();
    Set<Integer> totals = new HashSet<>();

    Autopilot.tune(
        vectors,
        queries,
        GOAL,
        TuningSettings.thorough(1).withSampleRows(1_000),
        folder.resolve("scratch"),
        (done, total, settings, rows) -> {
          seen.add(done);
          totals.add(total);
        });

    assertThat(seen).isSorted().doesNotHaveDuplicates().startsWith(0);
    assertThat(totals).hasSize(1);
    assertThat(seen.getLast()).isLessThan(totals.iterator().next());
  }

  @Test
  void goalsOutOfBoundsAreRefused() {
    assertThatThrownBy(() -> new TuningGoal(1, 10, 0, 0)).hasMessageContaining("recall=1.0");
    assertThatThrownBy(() -> new TuningGoal(.9, 0, 0, 0)).hasMessageContaining("k=0");
    assertThatThrownBy(() -> new TuningGoal(.9, 10, -1, 0)).hasMessageContaining("p99 of -1.0");
    assertThatThrownBy(() -> new TuningGoal(.9, 10, 0, -5)).hasMessageContaining("-5 bytes");
  }

  private Tuning tune(TuningGoal goal, int sampleRows) throws IOException {
    return Autopilot.tune(
        vectors,
        queries,
        goal,
        TuningSettings.thorough(1).withSampleRows(sampleRows),
        folder.resolve("scratch"),
        TuningListener.NONE);
  }

  private List<float[]> queries(int count) {
    return IntStream.range(0, count).mapToObj(i -> world.query()).toList();
  }
}
