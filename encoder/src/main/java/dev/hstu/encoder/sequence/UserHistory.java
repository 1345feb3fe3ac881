package dev.hstu.encoder.sequence;

/// One user's events, oldest first, and the instant at which the next item will be chosen.
///
/// The arrays are shared with the caller and not copied; they must not change while an encoder
/// reads them.
///
/// @param items item rows of the model's vocabulary, each in `1..V` (0 is padding and not allowed)
/// @param times event times in integer seconds of the model's clock, ascending (equal times keep
///     their order), same length as `items`
/// @param actions what was done at each event (a rating, a like), as many as `items`; empty where
///     none is known. Read by models that have actions among their features
/// @param requestTime integer seconds, the time of the slot after the last event (`t_L` of HSTU.md)
/// @param series what is known of the user besides, in rows of the model; see [#merged]
public record UserHistory(
    int[] items, long[] times, float[] actions, long requestTime, SeriesEntries series) {

  private static final float[] NO_ACTIONS = {};

  public UserHistory {
    if (items.length != times.length) {
      throw new IllegalArgumentException(
          "items has %d entries and times %d; give one time per item"
              .formatted(items.length, times.length));
    }
    if (actions.length != 0 && actions.length != items.length) {
      throw new IllegalArgumentException(
          "items has %d entries and actions %d; give one action per item, or none at all"
              .formatted(items.length, actions.length));
    }
  }

  /// A history of a user of whom nothing else is known.
  public UserHistory(int[] items, long[] times, float[] actions, long requestTime) {
    this(items, times, actions, requestTime, SeriesEntries.NONE);
  }

  /// A history of events whose actions aren't known.
  public UserHistory(int[] items, long[] times, long requestTime) {
    this(items, times, NO_ACTIONS, requestTime);
  }

  /// Number of events, all of them and not only those a model keeps.
  public int length() {
    return items.length;
  }

  /// Events and slow series as the one sequence that an engine reads, cut to the window: order is
  /// by time, what holds since the time of an event before it; what is later than the request time
  /// is left out; and where tokens are cut off, the last of each series among them stands first.
  /// Tokens of series have no action. A history without series is returned as it is, uncut.
  ///
  /// @throws IllegalArgumentException where the series fill the window
  public UserHistory merged(HistoryWindow window) {
    return series.count() == 0 ? this : SeriesMerge.of(this, window);
  }
}
