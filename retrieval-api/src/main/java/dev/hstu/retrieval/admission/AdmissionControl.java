package dev.hstu.retrieval.admission;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Decides what is taken on and how well it is answered, from what whoever runs the work tells it.
/// For any number of threads. It may be extended to watch what it is told.
public class AdmissionControl {

  /// Requests that count for what one costs, about.
  private static final int COST_MEMORY = 64;

  private final int workers;
  private final @Nullable GradientLimit limit;
  private final QualityLadder ladder;
  private final EncoderRoom room;
  private long worked;
  private double meanWorkNanos;

  /// @param workers that compute, at least 1
  /// @param limit null where only the queue's own bound holds
  public AdmissionControl(int workers, @Nullable GradientLimit limit, QualityLadder ladder) {
    this.workers = workers;
    this.limit = limit;
    this.ladder = ladder;
    this.room = ladder.encoderRoom();
  }

  /// Why a request is not taken on.
  public sealed interface Refusal {

    /// As many are under way as latency allows.
    record OverLimit(int limit) implements Refusal {}

    /// It would wait past its deadline.
    ///
    /// @param waitNanos how long, as foreseen
    record TooLate(long waitNanos) implements Refusal {}
  }

  /// A request arrives.
  ///
  /// @param underWay requests taken on and not answered, without this one
  /// @param queued of them waiting for a worker
  /// @param deadlineNanos how long it may take in all
  /// @return empty where it is to be taken on
  public synchronized Optional<Refusal> arrive(
      long nowNanos, WorkKind kind, int underWay, int queued, long deadlineNanos) {
    if (underWay == 0) {
      ladder.idle(nowNanos);
    }
    Optional<Refusal> refusal = refusal(underWay, queued, deadlineNanos);
    if (kind == WorkKind.STEPPED) {
      ladder.arrived(nowNanos);
      refusal.ifPresent(_ -> ladder.refused(nowNanos));
    }
    return refusal;
  }

  private Optional<Refusal> refusal(int underWay, int queued, long deadlineNanos) {
    if (limit != null && underWay >= limit.limit()) {
      return Optional.of(new Refusal.OverLimit(limit.limit()));
    }
    // Without a queue it is taken on whatever it costs: how else would a change be noticed?
    double waitNanos = queued * meanWorkNanos / workers;
    return queued > 0 && waitNanos + meanWorkNanos > deadlineNanos
        ? Optional.of(new Refusal.TooLate((long) waitNanos))
        : Optional.empty();
  }

  /// A request was refused by a bound that is not ours, and has not arrived here.
  public synchronized void refused(long nowNanos, WorkKind kind) {
    if (kind == WorkKind.STEPPED) {
      ladder.arrived(nowNanos);
      ladder.refused(nowNanos);
    }
  }

  /// A worker takes a request up, perhaps not for the first time.
  ///
  /// @param waitNanos in the queue just now
  /// @return how well to answer it
  public synchronized QualityStep takeUp(long nowNanos, long waitNanos) {
    ladder.tookUp(nowNanos, waitNanos);
    return ladder.step();
  }

  /// An encoder has taken users up, or given them up.
  ///
  /// @param sentNanos when they were sent to it
  /// @param waitNanos for anything but the computation
  public synchronized void encoded(
      long nowNanos, WorkKind kind, int users, long sentNanos, long waitNanos) {
    ladder.encoded(nowNanos, kind, users, sentNanos, waitNanos);
    room.waited(nowNanos, sentNanos, waitNanos);
  }

  /// Whether a user sent to the encoders now would be taken up soon.
  ///
  /// @param queuedNanos that its request has waited for a worker already
  public boolean encodersHaveRoom(long nowNanos, long queuedNanos) {
    return room.isLeft(nowNanos, queuedNanos);
  }

  /// A user is sent to the encoders.
  public void sentToEncoders() {
    room.sent();
  }

  /// One that was sent to the encoders has ended, well or not.
  ///
  /// @param tookNanos since then
  public void answeredByEncoders(long nowNanos, long tookNanos) {
    room.answered(nowNanos, tookNanos);
  }

  /// No encoder had room for a request.
  public synchronized void encoderRefused(long nowNanos, WorkKind kind) {
    if (kind == WorkKind.STEPPED) {
      ladder.encoderRefused(nowNanos);
    }
  }

  /// A request has ended, well or not.
  ///
  /// @param latencyNanos from arrival
  /// @param waitedNanos of it in the queue
  /// @param workNanos of it on workers
  /// @param step it was last taken up at
  public synchronized void ended(
      long nowNanos,
      WorkKind kind,
      long latencyNanos,
      long waitedNanos,
      long workNanos,
      QualityStep step) {
    worked++;
    meanWorkNanos += (workNanos - meanWorkNanos) / Math.min(worked, COST_MEMORY);
    switch (kind) {
      case STEPPED -> ladder.worked(nowNanos, step, workNanos);
      case WHOLE -> ladder.workedWhole(workNanos);
    }
    // A queue that an earlier, dearer step left at an encoder is not what the present one makes.
    if (limit != null && step.compareTo(ladder.step()) >= 0) {
      limit.answered(nowNanos, latencyNanos, waitedNanos);
    }
  }

  /// A request reached its deadline before any worker took it up.
  public synchronized void expired(long nowNanos, long latencyNanos) {
    ladder.tookUp(nowNanos, latencyNanos);
    if (limit != null) {
      limit.expired(nowNanos, latencyNanos);
    }
  }

  /// The step for work that begins now.
  ///
  /// @param underWay requests taken on and not answered
  public synchronized QualityStep step(long nowNanos, int underWay) {
    if (underWay == 0) {
      ladder.idle(nowNanos);
    }
    return ladder.step();
  }

  /// How many may be under way; empty where only the queue's own bound holds.
  public synchronized Optional<Integer> limit() {
    return limit == null ? Optional.empty() : Optional.of(limit.limit());
  }
}
