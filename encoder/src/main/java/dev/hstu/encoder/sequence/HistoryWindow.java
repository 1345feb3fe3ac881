package dev.hstu.encoder.sequence;

/// Which events of a long history a model keeps: of `T` events the kept ones start at index
/// `hop * ceil(max(0, T - maxEvents) / hop)` (HSTU.md, "What follows from it"). A hop above 1 keeps
/// per-user states valid for longer, since `P[i]` counts from the oldest kept event.
///
/// @param maxEvents `Nmax`, at least 1
/// @param hop at least 1 and at most `maxEvents`
public record HistoryWindow(int maxEvents, int hop) {

  public HistoryWindow {
    if (maxEvents < 1) {
      throw new IllegalArgumentException("maxEvents=" + maxEvents + " must be at least 1");
    }
    if (hop < 1 || hop > maxEvents) {
      throw new IllegalArgumentException(
          "hop=%d must be within 1..%d (maxEvents)".formatted(hop, maxEvents));
    }
  }

  /// Index of the oldest kept event among `events` in all.
  public int start(int events) {
    int surplus = Math.max(0, events - maxEvents);
    return Math.ceilDiv(surplus, hop) * hop;
  }

  /// Number of kept events among `events` in all.
  public int kept(int events) {
    return events - start(events);
  }
}
