package dev.hstu.encoder.sequence;

/// Every user's events in row-compressed form: user `u` owns `offsets[u] .. offsets[u+1]-1`, oldest
/// first, equal times in the order of the source file.
///
/// The arrays are shared, not copied.
///
/// @param offsets long[U+1]
/// @param items int[events], item rows `1..V`
/// @param times long[events], integer seconds
/// @param actions float[events], the recorded action (a rating, or 1 where the source names none)
/// @param series what is known of the users besides, in rows behind those of the items
public record InteractionLog(
    long[] offsets, int[] items, long[] times, float[] actions, SeriesLog series) {

  public InteractionLog {
    if (offsets.length == 0 || offsets[0] != 0 || offsets[offsets.length - 1] != items.length) {
      throw new IllegalArgumentException(
          "offsets must run from 0 to the number of events, " + items.length);
    }
    if (times.length != items.length || actions.length != items.length) {
      throw new IllegalArgumentException(
          "items, times and actions must have one entry per event; they have %d, %d and %d"
              .formatted(items.length, times.length, actions.length));
    }
    if (!series.isEmpty() && series.offsets().length != offsets.length) {
      throw new IllegalArgumentException(
          "the log has %d users and its series %d"
              .formatted(offsets.length - 1, series.offsets().length - 1));
    }
  }

  /// A log of events alone.
  public InteractionLog(long[] offsets, int[] items, long[] times, float[] actions) {
    this(offsets, items, times, actions, SeriesLog.NONE);
  }

  /// The same events beside other series.
  public InteractionLog withSeries(SeriesLog known) {
    return new InteractionLog(offsets, items, times, actions, known);
  }

  public int users() {
    return offsets.length - 1;
  }

  public int events() {
    return items.length;
  }

  /// Number of events of user `u`.
  public int length(int u) {
    return Math.toIntExact(offsets[u + 1] - offsets[u]);
  }

  /// Index of user `u`'s oldest event.
  public int start(int u) {
    return Math.toIntExact(offsets[u]);
  }
}
