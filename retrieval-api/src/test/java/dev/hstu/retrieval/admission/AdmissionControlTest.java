package dev.hstu.retrieval.admission;

import static dev.hstu.retrieval.admission.QueueSimulation.MILLI;
import static dev.hstu.retrieval.admission.QueueSimulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.retrieval.admission.QueueSimulation.Answered;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Minutes of load on a clock of the test's own: what is refused, which steps are taken, and that
/// they come to rest.
class AdmissionControlTest {

  private static final int WORKERS = 2;
  private static final long DEADLINE = 2 * SECOND;
  private static final List<QualityStep> ALL_STEPS =
      Stream.of(QualityStep.values()).filter(step -> step != QualityStep.FULL).toList();

  /// With 10 ms a request two workers answer 200 a second.
  private static final double SATURATION = 200;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void belowSaturationEverythingIsAnsweredInFull(long seed) {
    QueueSimulation load = load(ALL_STEPS, seed);

    load.run(120, 0.5 * SATURATION);

    assertThat(load.refused).isEmpty();
    assertThat(load.changes).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void twiceSaturationIsAnsweredAtAStepThatHoldsAndRecovers(long seed) {
    QueueSimulation load = load(ALL_STEPS, seed);
    load.run(40, 0.5 * SATURATION); // longer than a process is cold
    long overload = load.now();
    load.run(60, 2 * SATURATION);

    // Up within a second; then it settles and stays.
    assertThat(load.changes.getFirst().atNanos() - overload).isLessThan(SECOND);
    assertThat(load.changes)
        .filteredOn(change -> change.atNanos() > overload + 20 * SECOND)
        .hasSizeLessThanOrEqualTo(2);
    assertThat(load.refused).filteredOn(r -> r.atNanos() > overload + 5 * SECOND).isEmpty();
    assertThat(p99Nanos(load, overload)).isLessThan(DEADLINE / 4);

    long calm = load.now();
    load.run(60, 0.5 * SATURATION);
    assertThat(load.step()).isEqualTo(QualityStep.FULL);
    assertThat(load.changes)
        .filteredOn(change -> change.atNanos() > calm)
        .isSortedAccordingTo((a, b) -> b.to().compareTo(a.to()))
        .allMatch(change -> change.atNanos() < calm + 20 * SECOND);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.1, 1.5, 3, 5, 20})
  void atAnyConstantLoadTheStepsComeToRest(double load) {
    QueueSimulation simulation = load(ALL_STEPS, 7);
    simulation.run(300, load * SATURATION);

    assertThat(simulation.changes)
        .filteredOn(change -> change.atNanos() > 60 * SECOND)
        .hasSizeLessThanOrEqualTo(4);
    assertThat(simulation.expired).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void withoutStepsWhatIsTooMuchIsRefusedAndTheRestInTime(long seed) {
    QueueSimulation load = load(List.of(), seed);
    load.run(60, 2 * SATURATION);

    assertThat(p99Nanos(load, 0)).isLessThan(DEADLINE);
    // After the first second latency is near what the rules allow, and workers are never idle.
    assertThat(p99Nanos(load, 5 * SECOND)).isLessThan(500 * MILLI);
    assertThat(load.answered.size() / 60.0).isGreaterThan(0.95 * SATURATION);
    assertThat(load.expired).isZero();

    long calm = load.now();
    load.run(30, 0.5 * SATURATION);
    assertThat(load.refused).filteredOn(r -> r.atNanos() > calm + SECOND).isEmpty();
  }

  @Test
  void aPauseOfTheMachineAndDearerRequestsAreNoReasonToRefuseAny() {
    QueueSimulation load = load(ALL_STEPS, 1).cost(QualityStep.FULL, 0.1);
    load.run(30, 0.5 * SATURATION);
    load.stall(300 * MILLI);
    load.run(30, 0.5 * SATURATION);
    // As after a swap of generations: nothing is kept any more.
    load.cost(QualityStep.FULL, 10);
    load.run(30, 0.5 * SATURATION);

    assertThat(load.refused).isEmpty();
    assertThat(load.step()).isEqualTo(QualityStep.FULL);
  }

  /// The first requests of a process cost ten times what later ones do.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatAStepCostWhenTheProcessBeganDoesNotKeepAnswersCheap(long seed) {
    QueueSimulation load = load(ALL_STEPS, seed).cost(QualityStep.FULL, 100);
    load.run(5, 0.5 * SATURATION);
    assertThat(load.step()).isNotEqualTo(QualityStep.FULL);

    load.cost(QualityStep.FULL, 10);
    load.run(40, 0.5 * SATURATION);
    assertThat(load.step()).isEqualTo(QualityStep.FULL);
    assertThat(load.refused).filteredOn(r -> r.atNanos() > 10 * SECOND).isEmpty();
  }

  @Test
  void whatWouldWaitPastItsDeadlineIsRefusedAtOnce() {
    AdmissionControl control = new AdmissionControl(WORKERS, null, ladder(List.of()));
    assertThat(control.arrive(0, WorkKind.STEPPED, 0, 0, 1)).isEmpty();
    control.ended(10 * MILLI, WorkKind.STEPPED, 10 * MILLI, 0, 10 * MILLI, QualityStep.FULL);

    // 8 wait at 10 ms on two workers: 40 ms, and 10 ms of its own.
    assertThat(control.arrive(10 * MILLI, WorkKind.STEPPED, 10, 8, 49 * MILLI))
        .contains(new AdmissionControl.Refusal.TooLate(40 * MILLI));
    assertThat(control.arrive(10 * MILLI, WorkKind.STEPPED, 10, 8, 51 * MILLI)).isEmpty();
    assertThat(control.arrive(10 * MILLI, WorkKind.STEPPED, 2, 0, 1))
        .as("no queue, so nothing foreseen")
        .isEmpty();
  }

  @Test
  void anIdleServiceIsBackAtFullAnswersWithoutAnyRequest() {
    QueueSimulation load = load(ALL_STEPS, 3);
    load.run(10, 5 * SATURATION);
    assertThat(load.step()).isNotEqualTo(QualityStep.FULL);

    load.run(10, 0);
    assertThat(load.step()).isEqualTo(QualityStep.FULL);
  }

  @Test
  void aQueueOfWorkThatIsNeverMadeCheaperIsNoReasonForAStep() {
    AdmissionControl control = new AdmissionControl(WORKERS, null, ladder(ALL_STEPS));
    for (long now = 0; now < 10 * SECOND; now += 10 * MILLI) {
      // Two batches keep both workers busy, and what users ask waits for them.
      control.ended(now, WorkKind.WHOLE, 20 * MILLI, 0, 20 * MILLI, QualityStep.FULL);
      assertThat(control.arrive(now, WorkKind.STEPPED, 2, 0, DEADLINE)).isEmpty();
      assertThat(control.takeUp(now, 50 * MILLI)).isEqualTo(QualityStep.FULL);
      control.ended(now, WorkKind.STEPPED, 51 * MILLI, 50 * MILLI, MILLI, QualityStep.FULL);
    }
  }

  @Test
  void rulesNameWhatIsWrong() {
    assertThatThrownBy(() -> new GradientLimit.Rules(5, 4, 2, 0, 1))
        .hasMessageContaining("least=5 must be at least 1 and at most most=4");
    assertThatThrownBy(
            () ->
                new QualityLadder.Rules(
                    List.of(QualityStep.POPULAR, QualityStep.SMALLER_SEARCH), 1, 1, 1, 1))
        .hasMessageContaining("must ascend");
  }

  private static QueueSimulation load(List<QualityStep> steps, long seed) {
    GradientLimit limit =
        new GradientLimit(
            new GradientLimit.Rules(2 * WORKERS, WORKERS + 256, 2, 200 * MILLI, 100 * MILLI));
    return new QueueSimulation(
            new AdmissionControl(WORKERS, limit, ladder(steps)), WORKERS, DEADLINE, seed)
        .cost(QualityStep.FULL, 10)
        .cost(QualityStep.SMALLER_SEARCH, 8)
        .cost(QualityStep.SHORTER_HISTORY, 4)
        .cost(QualityStep.STALE_EMBEDDING, 2)
        .cost(QualityStep.POPULAR, 0.3);
  }

  private static QualityLadder ladder(List<QualityStep> steps) {
    return new QualityLadder(
        new QualityLadder.Rules(steps, WORKERS, 20 * MILLI, 100 * MILLI, SECOND));
  }

  private static long p99Nanos(QueueSimulation load, long from) {
    long[] latencies =
        load.answered.stream()
            .filter(one -> one.atNanos() > from)
            .mapToLong(Answered::latencyNanos)
            .sorted()
            .toArray();
    return latencies[(int) (latencies.length * 0.99)];
  }
}
