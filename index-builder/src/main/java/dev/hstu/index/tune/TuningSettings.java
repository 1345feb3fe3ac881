package dev.hstu.index.tune;

import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.search.GraphIndexWriter;
import dev.hstu.index.search.GraphSettings;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.index.search.PartitionSettings;
import java.util.ArrayList;
import java.util.List;

/// How thoroughly to look for the best index.
///
/// @param candidates the indexes compared, each in one shard
/// @param sampleRows items of the larger sample, at least [#MIN_SAMPLE_ROWS]; the smaller one has a
///     [#SAMPLE_RATIO]th of them. A catalogue with no more items is measured whole
/// @param workers threads that build, 1..[GraphIndexWriter#MAX_WORKERS]
/// @param seed of the sample
public record TuningSettings(
    List<IndexSettings> candidates, int sampleRows, int workers, long seed) {

  /// Fewer items tell nothing about many: partitions are few and everything is in cache.
  public static final int MIN_SAMPLE_ROWS = 1_000;

  /// A graph of so many items is built in some five seconds by one thread.
  public static final int DEFAULT_SAMPLE_ROWS = 50_000;

  /// For [#quick]: some seconds in all.
  private static final int QUICK_SAMPLE_ROWS = 20_000;

  /// Between the two samples; wide enough for a slope to stand out from the noise.
  static final int SAMPLE_RATIO = 4;

  public TuningSettings {
    candidates = List.copyOf(candidates);
    if (candidates.isEmpty() || candidates.stream().anyMatch(c -> c.shards() != 1)) {
      throw new IllegalArgumentException(
          "candidates=%s must be at least one index, each in one shard".formatted(candidates));
    }
    if (sampleRows < MIN_SAMPLE_ROWS) {
      throw new IllegalArgumentException(
          "sampleRows=%d must be at least %d".formatted(sampleRows, MIN_SAMPLE_ROWS));
    }
    if (workers < 1 || workers > GraphIndexWriter.MAX_WORKERS) {
      throw new IllegalArgumentException(
          "workers=%d must be within 1..%d".formatted(workers, GraphIndexWriter.MAX_WORKERS));
    }
  }

  /// Every type, every width of codes, and a graph of more connections.
  public static TuningSettings thorough(int workers) {
    return new TuningSettings(everyIndex(), DEFAULT_SAMPLE_ROWS, workers, 1);
  }

  /// One index of each type that is fast in memory: enough for a build that nobody tuned for.
  ///
  /// @param wishes how graphs and partitions are built
  public static TuningSettings quick(IndexSettings wishes, int workers) {
    IndexSettings single = wishes.withShards(1);
    List<IndexSettings> candidates = new ArrayList<>();
    candidates.add(single.withType(IndexType.EXACT));
    candidates.add(single.withType(IndexType.GRAPH));
    for (IvfEncoding encoding : IvfEncoding.values()) {
      candidates.add(
          single
              .withType(IndexType.PARTITIONS)
              .withPartitions(single.partitions().withEncoding(encoding)));
    }
    return new TuningSettings(candidates, QUICK_SAMPLE_ROWS, workers, 1);
  }

  /// As these, with another sample.
  public TuningSettings withSampleRows(int rows) {
    return new TuningSettings(candidates, rows, workers, seed);
  }

  /// As these, drawing another sample.
  public TuningSettings withSeed(long other) {
    return new TuningSettings(candidates, sampleRows, workers, other);
  }

  private static List<IndexSettings> everyIndex() {
    List<IndexSettings> candidates = new ArrayList<>();
    candidates.add(IndexSettings.exact());
    for (IvfEncoding encoding : IvfEncoding.values()) {
      candidates.add(IndexSettings.partitions(new PartitionSettings(encoding)));
    }
    for (int bits : GraphSettings.BITS) {
      candidates.add(IndexSettings.graph(GraphSettings.DEFAULT.withBits(bits)));
    }
    candidates.add(
        IndexSettings.graph(
            new GraphSettings(
                2 * GraphSettings.DEFAULT.maxConnections(),
                2 * GraphSettings.DEFAULT.beamWidth())));
    return candidates;
  }
}
