package dev.hstu.encoder.sequence;

import java.util.OptionalLong;

/// The request times around one at which a history's user embedding stays the same, to the bit.
///
/// The request time `t_L` enters the model in one place only: the last row's
/// `time[bucket(t_L - t_j)]` for every kept event `j` (HSTU.md, "Forward" 2, and "What follows from
/// it"). So the embedding is piecewise constant in it, and its pieces end where some bucket steps.
/// The pieces follow from the integer edges of [TimeBuckets] and nothing is rounded: within the
/// interval no bucket differs, one second outside of it at least one does.
///
/// For request times not before the last event, buckets only grow with the request time, so two of
/// them have equal buckets *exactly when* one interval holds both. With events later than the
/// request time (`bucket` takes `|Δ|`) intervals mirrored about the events may have the same
/// buckets; an interval is then a part of what is equal and still never holds what isn't.
///
/// @param first the earliest such time, integer seconds of the model's clock
/// @param last the latest, at least `first`
public record RequestInterval(long first, long last) {

  /// All of time, of a model that reads none.
  public static final RequestInterval ALWAYS = new RequestInterval(Long.MIN_VALUE, Long.MAX_VALUE);

  public RequestInterval {
    if (last < first) {
      throw new IllegalArgumentException(
          "last=%d must not be before first=%d".formatted(last, first));
    }
  }

  /// The interval around a request time. Takes times in any order, also later than the request
  /// time, and any value: differences that overflow a long fall into the same bucket as in
  /// `bucket(requestTime - time)` of the engines. Allocates nothing but the record.
  ///
  /// @param times of events; read from `start` to before `end`, the kept ones only
  /// @return without events all of time
  public static RequestInterval around(long[] times, int start, int end, long requestTime) {
    // Room before and after the request time, as unsigned numbers: up to 2^64 - 1 seconds.
    long before = requestTime - Long.MIN_VALUE;
    long after = Long.MAX_VALUE - requestTime;
    for (int j = start; j < end; j++) {
      long delta = requestTime - times[j];
      int bucket = TimeBuckets.bucket(delta);
      long least = TimeBuckets.least(bucket);
      long from;
      long to;
      if (bucket == TimeBuckets.HIGHEST) {
        // One piece on the circle of longs: it runs on over the overflow.
        from = least;
        to = -least;
      } else {
        long most = TimeBuckets.least(bucket + 1) - 1;
        // The lowest bucket holds both signs.
        from = bucket == 0 || delta < 0 ? -most : least;
        to = bucket == 0 || delta > 0 ? most : -least;
      }
      before = unsignedMin(before, delta - from);
      after = unsignedMin(after, to - delta);
    }
    return new RequestInterval(requestTime - before, requestTime + after);
  }

  /// Whether a request at this time gets the same embedding.
  public boolean contains(long requestTime) {
    return first <= requestTime && requestTime <= last;
  }

  /// The first instant after the interval, at which some bucket steps; empty when none ever does.
  public OptionalLong end() {
    return last == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(last + 1);
  }

  private static long unsignedMin(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }
}
