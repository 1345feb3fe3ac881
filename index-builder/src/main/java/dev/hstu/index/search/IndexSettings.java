package dev.hstu.index.search;

import dev.hstu.index.format.IvfEncoding;
import dev.hstu.kernels.storage.ContentDigest;
import java.util.Locale;

/// What index a generation has, how it is built and how it is searched by default; stored in
/// `generation.json` and part of the content digest.
///
/// @param type which of the following two counts
/// @param graph how a graph is built; without effect on other types
/// @param partitions how partitions are made; without effect on other types
/// @param shards contiguous ranges of rows with an index each, searched side by side;
///     1..[#MAX_SHARDS]
/// @param search how it is searched unless a search says otherwise
public record IndexSettings(
    IndexType type,
    GraphSettings graph,
    PartitionSettings partitions,
    int shards,
    SearchDefaults search) {

  /// As many as folder names and open files allow comfortably; a machine has fewer cores.
  public static final int MAX_SHARDS = 256;

  /// A float32 graph in one shard.
  public static final IndexSettings DEFAULT = graph(GraphSettings.DEFAULT);

  public IndexSettings {
    if (shards < 1 || shards > MAX_SHARDS) {
      throw new IllegalArgumentException(
          "shards=%d must be within 1..%d".formatted(shards, MAX_SHARDS));
    }
  }

  /// A graph in one shard.
  public static IndexSettings graph(GraphSettings graph) {
    return new IndexSettings(
        IndexType.GRAPH, graph, PartitionSettings.DEFAULT, 1, SearchDefaults.DEFAULT);
  }

  /// Partitions in one shard.
  public static IndexSettings partitions(PartitionSettings partitions) {
    return new IndexSettings(
        IndexType.PARTITIONS, GraphSettings.DEFAULT, partitions, 1, SearchDefaults.DEFAULT);
  }

  /// No index but the vectors.
  public static IndexSettings exact() {
    return DEFAULT.withType(IndexType.EXACT);
  }

  /// As these, of another type.
  public IndexSettings withType(IndexType other) {
    return new IndexSettings(other, graph, partitions, shards, search);
  }

  /// As these, partitions made otherwise.
  public IndexSettings withPartitions(PartitionSettings other) {
    return new IndexSettings(type, graph, other, shards, search);
  }

  /// As these, in so many shards.
  public IndexSettings withShards(int count) {
    return new IndexSettings(type, graph, partitions, count, search);
  }

  /// As these, searched otherwise by default.
  public IndexSettings withSearch(SearchDefaults other) {
    return new IndexSettings(type, graph, partitions, shards, other);
  }

  /// Whether searches pass over codes and read float32 vectors only for rescoring.
  public boolean hasCodes() {
    return switch (type) {
      case EXACT -> false;
      case GRAPH -> graph.isQuantised();
      case PARTITIONS -> partitions.encoding() != IvfEncoding.FLOAT32;
    };
  }

  /// In a few words, for tables and messages.
  public String describe() {
    String what =
        switch (type) {
          case EXACT -> "exact scan";
          case PARTITIONS -> "partitions " + partitions.encoding().name().toLowerCase(Locale.ROOT);
          case GRAPH ->
              "graph M=%d, %s"
                  .formatted(
                      graph.maxConnections(),
                      graph.isQuantised() ? graph.bits() + " bit" : "float32");
        };
    return shards == 1 ? what : what + " in " + shards + " shards";
  }

  /// Adds all that has an effect.
  public void digest(ContentDigest digest) {
    digest.add(type.name());
    switch (type) {
      case GRAPH ->
          digest
              .add((long) graph.maxConnections())
              .add((long) graph.beamWidth())
              .add((long) graph.bits());
      case PARTITIONS ->
          digest
              .add(partitions.encoding().name())
              .add((long) partitions.trainingSeconds())
              .add(partitions.seed());
      case EXACT -> {}
    }
    digest.add((long) shards).add((long) search.beam()).add(Double.toString(search.recall()));
  }
}
