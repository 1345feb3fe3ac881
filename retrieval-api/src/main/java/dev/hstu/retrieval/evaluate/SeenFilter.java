package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.HistoryWindow;
import java.util.Locale;

/// Which items of a user's history cannot be ranked.
public enum SeenFilter {
  /// The kept window only, as the public evaluator does (`exclude=window`).
  WINDOW,
  /// The whole history, as a service does (`exclude=all`).
  ALL;

  /// How tables name it.
  public String label() {
    return "exclude=" + name().toLowerCase(Locale.ROOT);
  }

  /// Index of the oldest event that counts as seen in a history of `events`.
  public int start(int events, HistoryWindow window) {
    return switch (this) {
      case WINDOW -> window.start(events);
      case ALL -> 0;
    };
  }
}
