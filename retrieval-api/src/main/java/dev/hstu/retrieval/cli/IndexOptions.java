package dev.hstu.retrieval.cli;

import dev.hstu.index.IndexChoice;
import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.search.GraphSettings;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.index.search.PartitionSettings;
import dev.hstu.index.search.SearchDefaults;
import java.util.Locale;
import picocli.CommandLine.Option;

/// The options that say what index is built.
final class IndexOptions {

  /// An index type, or the choice of one.
  enum Type {
    AUTO,
    GRAPH,
    PARTITIONS,
    EXACT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--index",
      defaultValue = "auto",
      paramLabel = "TYPE",
      description = {
        "auto, graph (HNSW), partitions (k-means) or exact (no index but the vectors). auto takes",
        "exact for small catalogues and else what suits the vectors. Default: ${DEFAULT-VALUE}."
      })
  private Type type;

  @Option(
      names = "--max-connections",
      defaultValue = "16",
      description = "Neighbours of an item in the graph. Default: ${DEFAULT-VALUE}.")
  private int maxConnections;

  @Option(
      names = "--beam-width",
      defaultValue = "100",
      description = "Candidates looked at to link an item. Default: ${DEFAULT-VALUE}.")
  private int beamWidth;

  @Option(
      names = "--bits",
      defaultValue = "32",
      paramLabel = "N",
      description = {
        "Bits of a value in the graph: 32 (float32), 8, 7, 4, 2 or 1. Fewer save memory; what they",
        "find is scored again in float32. Default: ${DEFAULT-VALUE}."
      })
  private int bits;

  @Option(
      names = "--encoding",
      defaultValue = "float32",
      description = "What partitions are swept in: float32 or int8. Default: ${DEFAULT-VALUE}.")
  private IvfEncoding encoding;

  @Option(
      names = "--shards",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "Indexes the items are divided into, searched at once. Default: ${DEFAULT-VALUE}.")
  private int shards;

  @Option(
      names = "--recall",
      defaultValue = "0.95",
      description = {
        "Share of the true top K that searches in partitions aim at unless they say otherwise.",
        "Default: ${DEFAULT-VALUE}."
      })
  private double recall;

  /// The settings, or who decides on them.
  ///
  /// @throws UserError naming the option out of bounds
  IndexChoice choice() {
    try {
      IndexSettings settings =
          new IndexSettings(
              type == Type.AUTO ? IndexType.GRAPH : IndexType.valueOf(type.name()),
              new GraphSettings(maxConnections, beamWidth, bits),
              new PartitionSettings(encoding),
              shards,
              new SearchDefaults(0, recall));
      return type == Type.AUTO ? IndexChoice.bySize(settings) : IndexChoice.of(settings);
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }
}
