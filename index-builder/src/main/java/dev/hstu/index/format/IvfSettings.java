package dev.hstu.index.format;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// How partitions are made. Only writing needs them: a reader finds all it needs in its files.
///
/// @param encoding what is swept
/// @param flatRows segments of up to so many vectors stay one partition, which costs nothing to
///     build and is swept whole; at least 1
/// @param deferred whether flushed segments stay one partition whatever their size, and only merges
///     train: for bulk builds that end in a merge
/// @param recall the recall aimed at where a search names none, as Lucene's own queries don't;
///     within 0..1
/// @param trainingTime bound on one training; when it is reached the centroids so far are taken,
///     and only then does the result depend on the machine's speed
/// @param seed of every draw; equal vectors and settings give equal files
/// @param sampleQueries queries like those to come, float `[dimension]` each, from which the number
///     of probes is calibrated; not copied. Where empty, normalised sums of 1 to
///     [Calibration#MAX_MIXED] sampled vectors stand in for them. At most [#MAX_SAMPLE_QUERIES]
/// @param workers threads that train, assign, encode and calibrate, 1..[#MAX_WORKERS]; the files
///     don't depend on it
public record IvfSettings(
    IvfEncoding encoding,
    int flatRows,
    boolean deferred,
    double recall,
    Duration trainingTime,
    long seed,
    List<float[]> sampleQueries,
    int workers) {

  /// Sweeping so few takes some ten microseconds at 64 values, about what ranking partitions takes.
  public static final int DEFAULT_FLAT_ROWS = 2_048;

  /// The recall aimed at by default.
  public static final double DEFAULT_RECALL = 0.95;

  /// More queries than this refine the table less than they cost: each is compared with every
  /// vector.
  public static final int MAX_SAMPLE_QUERIES = 1_024;

  /// Longest training: beyond it a night's build would not be done by morning.
  public static final Duration MAX_TRAINING_TIME = Duration.ofHours(1);

  /// More threads than any machine we know gains by.
  public static final int MAX_WORKERS = 64;

  public static final IvfSettings DEFAULT =
      new IvfSettings(
          IvfEncoding.FLOAT32,
          DEFAULT_FLAT_ROWS,
          false,
          DEFAULT_RECALL,
          Duration.ofMinutes(2),
          1,
          List.of(),
          1);

  public IvfSettings {
    if (flatRows < 1) {
      throw new IllegalArgumentException("flatRows=%d must be at least 1".formatted(flatRows));
    }
    if (!(recall > 0 && recall <= 1)) {
      throw new IllegalArgumentException(
          "recall=%s must be above 0 and at most 1".formatted(recall));
    }
    if (trainingTime.isNegative()
        || trainingTime.isZero()
        || trainingTime.compareTo(MAX_TRAINING_TIME) > 0) {
      throw new IllegalArgumentException(
          "trainingTime=%s must be above 0 and at most %s"
              .formatted(trainingTime, MAX_TRAINING_TIME));
    }
    if (sampleQueries.size() > MAX_SAMPLE_QUERIES) {
      throw new IllegalArgumentException(
          "%d sample queries, must be at most %d"
              .formatted(sampleQueries.size(), MAX_SAMPLE_QUERIES));
    }
    if (workers < 1 || workers > MAX_WORKERS) {
      throw new IllegalArgumentException(
          "workers=%d must be within 1..%d".formatted(workers, MAX_WORKERS));
    }
    sampleQueries = List.copyOf(sampleQueries);
  }

  /// On one thread.
  public IvfSettings(
      IvfEncoding encoding,
      int flatRows,
      boolean deferred,
      double recall,
      Duration trainingTime,
      long seed,
      List<float[]> sampleQueries) {
    this(encoding, flatRows, deferred, recall, trainingTime, seed, sampleQueries, 1);
  }

  /// As these, on so many threads.
  public IvfSettings withWorkers(int threads) {
    return new IvfSettings(
        encoding, flatRows, deferred, recall, trainingTime, seed, sampleQueries, threads);
  }

  /// As these, sweeping another encoding.
  public IvfSettings withEncoding(IvfEncoding other) {
    return new IvfSettings(
        other, flatRows, deferred, recall, trainingTime, seed, sampleQueries, workers);
  }

  /// As these, for a bulk build that ends in a merge.
  public IvfSettings withDeferred() {
    return new IvfSettings(
        encoding, flatRows, true, recall, trainingTime, seed, sampleQueries, workers);
  }

  /// As these, calibrated on other queries.
  public IvfSettings withSampleQueries(float[]... queries) {
    return new IvfSettings(
        encoding, flatRows, deferred, recall, trainingTime, seed, Arrays.asList(queries), workers);
  }
}
