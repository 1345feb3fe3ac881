package dev.hstu.retrieval.nightly;

import java.util.SortedMap;

/// How far the present step is, and from that how far the night is. For one thread at a time.
final class NightProgress {

  /// Below this share a step's own pace says less than the plan.
  private static final double SAID_ENOUGH = 0.02;

  private final NightListener listener;
  private final NightStep step;
  private final SortedMap<NightStep, Double> expectedSeconds;
  private final long startNanos = System.nanoTime();

  NightProgress(
      NightListener listener, NightStep step, SortedMap<NightStep, Double> expectedSeconds) {
    this.listener = listener;
    this.step = step;
    this.expectedSeconds = expectedSeconds;
  }

  void at(double done, double total) {
    at(done, total, "");
  }

  void at(double done, double total, String note) {
    double share = total > 0 ? Math.clamp(done / total, 0, 1) : 0;
    double spent = (System.nanoTime() - startNanos) / 1e9;
    double expected = expectedSeconds.getOrDefault(step, 0.0);
    double here = share > SAID_ENOUGH ? spent / share * (1 - share) : Math.max(0, expected - spent);
    listener.at(step, share, here + later(), note);
  }

  private double later() {
    double seconds = 0;
    for (NightStep other : NightStep.values()) {
      if (other.compareTo(step) > 0) {
        seconds += expectedSeconds.getOrDefault(other, 0.0);
      }
    }
    return seconds;
  }
}
