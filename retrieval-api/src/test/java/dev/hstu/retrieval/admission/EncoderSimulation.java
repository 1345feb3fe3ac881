package dev.hstu.retrieval.admission;

import static dev.hstu.retrieval.admission.QueueSimulation.MILLI;
import static dev.hstu.retrieval.admission.QueueSimulation.SECOND;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/// Requests that arrive as they please (Poisson) and cost the service next to nothing: what takes
/// long is an encoder elsewhere with a bounded queue of its own, of which an [AdmissionControl]
/// hears only how long requests waited in it. On a clock of its own.
final class EncoderSimulation {

  /// One answered request.
  record Answered(long atNanos, long latencyNanos) {}

  /// The step changed.
  record Change(long atNanos, QualityStep to) {}

  private record Request(WorkKind kind, QualityStep step, long sentNanos) {}

  private record Ending(long atNanos, Request request) {}

  final List<Long> refused = new ArrayList<>();
  final List<Answered> answered = new ArrayList<>();
  final List<Change> changes = new ArrayList<>();

  private final AdmissionControl control;
  private final int servers;
  private final int mostQueued;
  private final Random random;
  private final Map<QualityStep, Long> costNanos = new EnumMap<>(QualityStep.class);
  private final Map<QualityStep, Double> shares = new EnumMap<>(QualityStep.class);
  private final Deque<Request> queue = new ArrayDeque<>();
  private final PriorityQueue<Ending> running =
      new PriorityQueue<>((a, b) -> Long.compare(a.atNanos, b.atNanos));
  private QualityStep step = QualityStep.FULL;
  private int underWay;
  private long now;

  /// @param servers users the encoder computes at the same time
  /// @param mostQueued that wait in it; one more is refused
  EncoderSimulation(AdmissionControl control, int servers, int mostQueued, long seed) {
    this.control = control;
    this.servers = servers;
    this.mostQueued = mostQueued;
    this.random = new Random(seed);
  }

  /// @param share of the requests that need the encoder at this step
  /// @param millis of the encoder for one of them on average; its own cost is within 20 % of it
  EncoderSimulation cost(QualityStep at, double share, double millis) {
    shares.put(at, share);
    costNanos.put(at, (long) (millis * MILLI));
    return this;
  }

  long now() {
    return now;
  }

  QualityStep step() {
    return control.step(now, underWay);
  }

  void run(double seconds, double perSecond) {
    run(seconds, perSecond, 0);
  }

  /// @param wholePerSecond users of work that is never made cheaper, beside the others
  void run(double seconds, double perSecond, double wholePerSecond) {
    long end = now + (long) (seconds * SECOND);
    long nextStepped = next(perSecond);
    long nextWhole = next(wholePerSecond);
    while (true) {
      long ending = running.isEmpty() ? Long.MAX_VALUE : running.peek().atNanos;
      long at = Math.min(Math.min(nextStepped, nextWhole), ending);
      if (at > end) {
        now = end;
        return;
      }
      now = at;
      if (at == ending) {
        end(running.remove().request);
      } else if (at == nextStepped) {
        arrive(WorkKind.STEPPED);
        nextStepped = next(perSecond);
      } else {
        arrive(WorkKind.WHOLE);
        nextWhole = next(wholePerSecond);
      }
      takeUp();
    }
  }

  private long next(double perSecond) {
    return perSecond == 0
        ? Long.MAX_VALUE
        : now + (long) (-Math.log(1 - random.nextDouble()) * SECOND / perSecond);
  }

  private void arrive(WorkKind kind) {
    if (control.arrive(now, kind, underWay, 0, 2 * SECOND).isPresent()) {
      refused.add(now);
      return;
    }
    underWay++;
    QualityStep taken = control.takeUp(now, 0);
    if (taken != step) {
      step = taken;
      changes.add(new Change(now, taken));
    }
    Request request = new Request(kind, kind == WorkKind.WHOLE ? QualityStep.FULL : taken, now);
    if (random.nextDouble() >= shares.get(request.step)) {
      ended(request);
    } else if (queue.size() < mostQueued) {
      queue.add(request);
    } else {
      control.encoderRefused(now, kind);
      refused.add(now);
      ended(request);
    }
  }

  private void takeUp() {
    while (running.size() < servers && !queue.isEmpty()) {
      Request request = queue.remove();
      control.encoded(now, request.kind, 1, request.sentNanos, now - request.sentNanos);
      double cost = costNanos.get(request.step) * (0.8 + 0.4 * random.nextDouble());
      running.add(new Ending(now + (long) cost, request));
    }
  }

  private void end(Request request) {
    if (request.kind == WorkKind.STEPPED) {
      answered.add(new Answered(now, now - request.sentNanos));
    }
    ended(request);
  }

  /// Of the service's own time each takes a tenth of a millisecond, whatever the step.
  private void ended(Request request) {
    underWay--;
    control.ended(now, request.kind, now - request.sentNanos, 0, MILLI / 10, request.step);
  }
}
