package dev.hstu.retrieval.admission;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/// Requests that arrive as they please (Poisson), one queue, some workers, and an
/// [AdmissionControl] between them; on a clock of its own, so that minutes take milliseconds and
/// come out the same each time.
final class QueueSimulation {

  static final long SECOND = 1_000_000_000L;
  static final long MILLI = 1_000_000L;

  /// One refused request.
  record Refused(long atNanos, AdmissionControl.Refusal why) {}

  /// One answered request.
  record Answered(long atNanos, long latencyNanos, QualityStep step) {}

  /// The step changed.
  record Change(long atNanos, QualityStep to) {}

  private record Request(long arrivedNanos) {}

  private record Ending(long atNanos, Request request, long workNanos, QualityStep step) {}

  final List<Refused> refused = new ArrayList<>();
  final List<Answered> answered = new ArrayList<>();
  final List<Change> changes = new ArrayList<>();
  long expired;

  private final AdmissionControl control;
  private final int workers;
  private final long deadlineNanos;
  private final Random random;
  private final Map<QualityStep, Long> costNanos = new EnumMap<>(QualityStep.class);
  private final Deque<Request> queue = new ArrayDeque<>();
  private final PriorityQueue<Ending> running =
      new PriorityQueue<>((a, b) -> Long.compare(a.atNanos, b.atNanos));
  private QualityStep step = QualityStep.FULL;
  private long now;
  private long stalledUntil;

  QueueSimulation(AdmissionControl control, int workers, long deadlineNanos, long seed) {
    this.control = control;
    this.workers = workers;
    this.deadlineNanos = deadlineNanos;
    this.random = new Random(seed);
  }

  /// What a request costs on average from now on; its own cost is exponential.
  QueueSimulation cost(QualityStep at, double millis) {
    costNanos.put(at, (long) (millis * MILLI));
    return this;
  }

  long now() {
    return now;
  }

  /// No worker takes anything up for so long, as in a pause of the machine.
  void stall(long nanos) {
    stalledUntil = now + nanos;
  }

  /// Lets requests arrive for so long.
  void run(double seconds, double perSecond) {
    run(seconds, s -> perSecond);
  }

  /// @param perSecond rate by seconds since now
  void run(double seconds, DoubleUnaryOperator perSecond) {
    long start = now;
    long end = start + (long) (seconds * SECOND);
    long nextArrival = next(perSecond.applyAsDouble(0));
    while (true) {
      long ending = running.isEmpty() ? Long.MAX_VALUE : running.peek().atNanos;
      long wake = stalledUntil > now && !queue.isEmpty() ? stalledUntil : Long.MAX_VALUE;
      long at = Math.min(Math.min(nextArrival, ending), wake);
      if (at > end) {
        now = end;
        return;
      }
      now = at;
      if (at == ending) {
        end(running.remove());
      } else if (at == nextArrival) {
        arrive();
        nextArrival = next(perSecond.applyAsDouble((double) (now - start) / SECOND));
      }
      takeUp();
    }
  }

  /// The step, as a look at the metrics would find it.
  QualityStep step() {
    return control.step(now, underWay());
  }

  private long next(double perSecond) {
    return perSecond == 0 ? Long.MAX_VALUE : now + (long) (exponential() * SECOND / perSecond);
  }

  private double exponential() {
    return -Math.log(1 - random.nextDouble());
  }

  private int underWay() {
    return queue.size() + running.size();
  }

  private void arrive() {
    control
        .arrive(now, WorkKind.STEPPED, underWay(), queue.size(), deadlineNanos)
        .ifPresentOrElse(
            why -> refused.add(new Refused(now, why)), () -> queue.add(new Request(now)));
  }

  private void takeUp() {
    while (running.size() < workers && !queue.isEmpty() && now >= stalledUntil) {
      Request request = queue.remove();
      long wait = now - request.arrivedNanos;
      if (wait >= deadlineNanos) {
        expired++;
        control.expired(now, wait);
        continue;
      }
      QualityStep taken = control.takeUp(now, wait);
      if (taken != step) {
        step = taken;
        changes.add(new Change(now, taken));
      }
      long work = (long) (exponential() * costNanos.get(taken));
      running.add(new Ending(now + work, request, work, taken));
    }
  }

  private void end(Ending one) {
    long latency = now - one.request.arrivedNanos;
    answered.add(new Answered(now, latency, one.step));
    control.ended(now, WorkKind.STEPPED, latency, latency - one.workNanos, one.workNanos, one.step);
  }
}
