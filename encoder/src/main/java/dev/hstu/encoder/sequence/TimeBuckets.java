package dev.hstu.encoder.sequence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// The logarithmic buckets of time differences that HSTU's time table is indexed with.
///
/// `bucket(Δ) = clamp(trunc(ln(max(|Δ|, 1)) / 0.301), 0, 128)` (HSTU.md, "Forward" 2). Float32
/// logarithms of different libraries differ at some edges, so no logarithm is taken here: the edges
/// are integers fixed once in the resource `time-buckets.json`, the same for every engine.
public final class TimeBuckets {

  /// The highest bucket; a time table has [#COUNT] entries.
  public static final int HIGHEST = 128;

  /// Number of buckets, `0..128`.
  public static final int COUNT = HIGHEST + 1;

  private static final String RESOURCE = "time-buckets.json";

  /// `EDGES[b-1]` is the smallest `|Δ|` whose bucket is at least `b`.
  private static final long[] EDGES = readEdges();

  /// For each bit length `n`, the bucket of `2^(n-1)`, the smallest number that long. At most three
  /// edges lie between two powers of two (`ln 2 / 0.301 < 3`), so a short walk finds the rest.
  private static final int[] BUCKET_OF_BIT_LENGTH = bucketsOfPowersOfTwo();

  private TimeBuckets() {}

  /// The bucket, `0..128`, of a difference of either sign. Any thread; allocates nothing.
  public static int bucket(long deltaSeconds) {
    if (deltaSeconds == Long.MIN_VALUE) {
      return HIGHEST; // has no absolute value
    }
    long distance = Math.abs(deltaSeconds);
    int bucket = BUCKET_OF_BIT_LENGTH[Long.SIZE - Long.numberOfLeadingZeros(distance)];
    while (bucket < HIGHEST && EDGES[bucket] <= distance) {
      bucket++;
    }
    return bucket;
  }

  /// A copy of the 128 edges, ascending: `edges()[b-1]` is the smallest `|Δ|` in seconds whose
  /// bucket is at least `b`. Equal neighbours mean that a bucket doesn't occur.
  public static long[] edges() {
    return EDGES.clone();
  }

  /// The smallest `|Δ|` of a bucket, without a copy of the table.
  ///
  /// @param bucket one that [#bucket] gives
  static long least(int bucket) {
    return bucket == 0 ? 0 : EDGES[bucket - 1];
  }

  private static int[] bucketsOfPowersOfTwo() {
    int[] buckets = new int[Long.SIZE];
    for (int bits = 1; bits < Long.SIZE; bits++) {
      int bucket = buckets[bits - 1];
      while (bucket < HIGHEST && EDGES[bucket] <= 1L << (bits - 1)) {
        bucket++;
      }
      buckets[bits] = bucket;
    }
    return buckets;
  }

  private static long[] readEdges() {
    try (InputStream in = TimeBuckets.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing beside " + TimeBuckets.class);
      }
      JsonNode edges = new ObjectMapper().readTree(in).path("edges");
      long[] values = new long[edges.size()];
      for (int b = 0; b < values.length; b++) {
        values[b] = edges.get(b).longValue();
      }
      requireAscending(values);
      return values;
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE + " cannot be read", e);
    }
  }

  private static void requireAscending(long[] edges) {
    if (edges.length != HIGHEST) {
      throw new IllegalStateException(
          "%s has %d edges; %d are needed".formatted(RESOURCE, edges.length, HIGHEST));
    }
    long previous = 1;
    for (long edge : edges) {
      if (edge < previous) {
        throw new IllegalStateException(RESOURCE + " descends at edge " + edge);
      }
      previous = edge;
    }
  }
}
