package dev.hstu.retrieval.admission;

import static dev.hstu.retrieval.admission.QueueSimulation.MILLI;
import static dev.hstu.retrieval.admission.QueueSimulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Minutes of load on encoders that are other machines, on a clock of the test's own: the workers
/// are idle throughout, so that only the waits which encoders tell of can lead to a step.
class EncoderPressureTest {

  private static final List<QualityStep> ALL_STEPS =
      Stream.of(QualityStep.values()).filter(step -> step != QualityStep.FULL).toList();

  private static final int WORKERS = 8;

  /// With 20 ms a user, two at a time.
  private static final double SATURATION = 100;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void belowSaturationEverythingIsAnsweredInFull(long seed) {
    EncoderSimulation load = load(seed);

    load.run(120, 0.5 * SATURATION);

    assertThat(load.refused).isEmpty();
    assertThat(load.changes).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1.5, 1", "1.5, 2", "2, 3", "2, 4", "2, 5", "2, 6"})
  void theStepsAreTakenBeforeRequestsAreRefusedAndTakenBack(double times, long seed) {
    EncoderSimulation load = load(seed);
    load.run(20, 0.4 * SATURATION);
    long overload = load.now();
    load.run(60, times * SATURATION);

    assertThat(load.refused).hasSizeLessThan(load.answered.size() / 500);
    assertThat(load.refused).allMatch(at -> at > load.changes.getFirst().atNanos());
    assertThat(load.refused).allMatch(at -> at < overload + 5 * SECOND);
    assertThat(load.changes.getFirst().atNanos() - overload).isLessThan(2 * SECOND);
    assertThat(load.changes)
        .as("steps that hold")
        .filteredOn(change -> change.atNanos() > overload + 20 * SECOND)
        .hasSizeLessThanOrEqualTo(4);
    assertThat(p99Nanos(load, overload)).isLessThan(SECOND);

    long calm = load.now();
    load.run(120, 0.4 * SATURATION);
    assertThat(load.step()).isEqualTo(QualityStep.FULL);
    assertThat(load.changes)
        .filteredOn(change -> change.atNanos() > calm)
        .isSortedAccordingTo((a, b) -> b.to().compareTo(a.to()))
        .allMatch(change -> change.atNanos() < calm + 90 * SECOND);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.1, 1.5, 3, 10})
  void atAnyConstantLoadTheStepsComeToRest(double times) {
    EncoderSimulation load = load(7);

    load.run(300, times * SATURATION);

    assertThat(load.refused).allMatch(at -> at < 5 * SECOND);
    assertThat(load.changes)
        .filteredOn(change -> change.atNanos() > 60 * SECOND)
        .hasSizeLessThanOrEqualTo(6);
  }

  @Test
  void usersOfABatchThatFillsTheEncoderAreNoReasonForAStep() {
    EncoderSimulation load = load(1);

    load.run(60, 0.2 * SATURATION, 1.5 * SATURATION);

    assertThat(load.changes).isEmpty();
  }

  @Test
  void whatWasSentBeforeAStepSaysNothingAboutIt() {
    AdmissionControl control = control(null);
    control.arrive(0, WorkKind.STEPPED, 1, 0, SECOND);
    long now = stand(control, 0, 30 * MILLI);
    assertThat(control.takeUp(now, 0)).isEqualTo(QualityStep.SHORTER_HISTORY);

    // The queue of those sent before comes in, its waits ever longer.
    for (int i = 1; i <= 40; i++) {
      long at = now + i * 10 * MILLI;
      control.encoded(at, WorkKind.STEPPED, 1, 0, (40 + i * 10) * MILLI);
    }
    assertThat(control.takeUp(now + 401 * MILLI, 0)).isEqualTo(QualityStep.SHORTER_HISTORY);

    long later = stand(control, now + 410 * MILLI, 30 * MILLI);
    assertThat(control.takeUp(later, 0)).isEqualTo(QualityStep.STALE_EMBEDDING);
  }

  @Test
  void aFullQueueOfAnEncoderIsReasonForAStepToo() {
    AdmissionControl control = control(null);
    control.arrive(0, WorkKind.STEPPED, 1, 0, SECOND);
    control.encoderRefused(MILLI, WorkKind.WHOLE);
    control.encoderRefused(150 * MILLI, WorkKind.WHOLE);
    assertThat(control.takeUp(150 * MILLI, 0)).isEqualTo(QualityStep.FULL);

    control.encoderRefused(151 * MILLI, WorkKind.STEPPED);
    control.encoderRefused(260 * MILLI, WorkKind.STEPPED);
    assertThat(control.takeUp(261 * MILLI, 0)).isEqualTo(QualityStep.SHORTER_HISTORY);
  }

  /// Two windows in which each request waited for so long.
  ///
  /// @return when they are over
  private static long stand(AdmissionControl control, long from, long waitNanos) {
    long now = from;
    for (int i = 0; i <= 22; i++) {
      now = from + i * 10 * MILLI;
      control.encoded(now, WorkKind.STEPPED, 1, now, waitNanos);
    }
    return now;
  }

  /// A second of queue and more; smaller searches don't help an encoder at all.
  private static EncoderSimulation load(long seed) {
    GradientLimit limit =
        new GradientLimit(
            new GradientLimit.Rules(2 * WORKERS, WORKERS + 256, 2, 200 * MILLI, 100 * MILLI));
    return new EncoderSimulation(control(limit), 2, 200, seed)
        .cost(QualityStep.FULL, 1, 20)
        .cost(QualityStep.SMALLER_SEARCH, 1, 20)
        .cost(QualityStep.SHORTER_HISTORY, 1, 7)
        .cost(QualityStep.STALE_EMBEDDING, 0.5, 7)
        .cost(QualityStep.POPULAR, 0, 0);
  }

  private static AdmissionControl control(@Nullable GradientLimit limit) {
    return new AdmissionControl(
        WORKERS,
        limit,
        new QualityLadder(
            new QualityLadder.Rules(ALL_STEPS, WORKERS, 20 * MILLI, 100 * MILLI, SECOND)));
  }

  private static long p99Nanos(EncoderSimulation load, long from) {
    long[] latencies =
        load.answered.stream()
            .filter(one -> one.atNanos() > from)
            .mapToLong(EncoderSimulation.Answered::latencyNanos)
            .sorted()
            .toArray();
    return latencies[(int) (latencies.length * 0.99)];
  }
}
