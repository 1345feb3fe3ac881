package dev.hstu.retrieval.cli;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.search.GraphSettings;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.index.search.PartitionSettings;
import dev.hstu.index.search.SearchDefaults;
import dev.hstu.index.tune.TunedBuild;
import dev.hstu.index.tune.Tuning;
import dev.hstu.index.tune.TuningFile;
import dev.hstu.index.tune.UnreachableGoalException;
import dev.hstu.retrieval.tune.IndexTuning;
import dev.hstu.retrieval.tune.IndexWish;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
        "exact for small catalogues and else what reaches the recall fastest on a sample of the",
        "vectors, asked by real users; hstu tune looks further. Default: ${DEFAULT-VALUE}."
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
      defaultValue = "int8",
      description = "What partitions are swept in: int8 or float32. Default: ${DEFAULT-VALUE}.")
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
        "Share of the true top K that searches aim at unless they say otherwise; with auto, of the",
        "top 500. Default: ${DEFAULT-VALUE}."
      })
  private double recall;

  @Option(
      names = "--tuning",
      paramLabel = "FILE",
      description = "Build what `hstu tune --out FILE` chose, and calibrate its search.")
  private @Nullable Path tuning;

  /// The index to build, and the tuning that chose it where one did.
  record Choice(IndexSettings settings, Optional<TunedBuild> tuned) {}

  /// Chooses, by measuring where the options leave it open.
  ///
  /// @param users whose requests are measured with
  /// @throws UserError naming the option out of bounds
  Choice choose(VectorMatrix vectors, IndexTuning users, int workers, Console console)
      throws IOException {
    IndexWish wish = wish();
    if (tuning != null) {
      return tuned(TuningFile.read(tuning), vectors, users.requests());
    }
    if (!wish.isMeasured(vectors.rows())) {
      return new Choice(wish.unmeasured(), Optional.empty());
    }
    try (TuningProgress progress = new TuningProgress(console)) {
      TunedBuild quick = wish.measure(vectors, users, workers, progress);
      return tuned(quick.tuning(), vectors, quick.queries());
    }
  }

  private Choice tuned(Tuning found, VectorMatrix vectors, List<float[]> requests) {
    if (found.dimension() != vectors.dimension()) {
      throw new UserError(
          "the tuning was for vectors of %d values and these have %d; tune for these"
              .formatted(found.dimension(), vectors.dimension()));
    }
    try {
      return new Choice(
          found.chosen().withShards(shards), Optional.of(new TunedBuild(found, requests)));
    } catch (UnreachableGoalException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private IndexWish wish() {
    try {
      IndexSettings settings =
          new IndexSettings(
              type == Type.AUTO ? IndexType.GRAPH : IndexType.valueOf(type.name()),
              new GraphSettings(maxConnections, beamWidth, bits),
              new PartitionSettings(encoding),
              shards,
              new SearchDefaults(0, recall));
      return new IndexWish(settings, type == Type.AUTO);
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }
}
