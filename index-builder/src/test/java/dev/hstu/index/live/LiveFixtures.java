package dev.hstu.index.live;

import dev.hstu.index.BuildInputs;
import dev.hstu.index.BuildListener;
import dev.hstu.index.BuildRequest;
import dev.hstu.index.GenerationEvaluator;
import dev.hstu.index.IndexBuilder;
import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// Small generations with attributes, and updates to them. Items are named `item-ROW`.
final class LiveFixtures {

  static final int DIMENSION = 16;

  /// No waiting between refreshes, so that tests don't either.
  static final LiveSettings EAGER = new LiveSettings(Duration.ZERO, 1_000, 100_000, 1 << 28);

  static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final List<AttributeColumn> COLUMNS =
      List.of(
          new AttributeColumn("title", AttributeKind.TEXT),
          new AttributeColumn("genres", AttributeKind.LABELS),
          new AttributeColumn("year", AttributeKind.NUMBER));

  private LiveFixtures() {}

  static String id(int row) {
    return "item-" + row;
  }

  /// Builds a generation of the vectors and whatever the store's log holds.
  static GenerationManifest build(
      GenerationStore store, float[] values, int dimension, IndexSettings index)
      throws IOException {
    return build(store, values, dimension, index, BuildInputs.FINGERPRINT);
  }

  static GenerationManifest build(
      GenerationStore store, float[] values, int dimension, IndexSettings index, String fingerprint)
      throws IOException {
    Path inputs = Files.createTempDirectory("live-inputs");
    Path model = Files.createDirectory(inputs.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{}");
    int rows = values.length / dimension;
    IdTable ids = IdTable.ofStrings(IntStream.range(0, rows).mapToObj(LiveFixtures::id).toList());
    TreeMap<String, String> metadata = new TreeMap<>(BuildInputs.metadata("utf8", dimension));
    metadata.put("model_fingerprint", fingerprint);
    Path vectors = inputs.resolve("vectors.safetensors");
    BuildInputs.writeVectors(vectors, ids, values, metadata);
    try (ItemVectors opened = ItemVectors.open(vectors)) {
      BuildRequest request =
          new BuildRequest(
              store,
              model,
              fingerprint,
              vectors,
              catalog(opened.ids()),
              index,
              1,
              GenerationEvaluator.NONE,
              BuildInputs.TIME);
      return IndexBuilder.build(request, BuildListener.NONE);
    }
  }

  static Catalog catalog(IdTable ids) {
    AttributeTableBuilder attributes = new AttributeTableBuilder(COLUMNS);
    long[] popularity = new long[ids.size()];
    for (int row = 0; row < ids.size(); row++) {
      popularity[row] = row % 7;
      attributes
          .text(0, "title " + row)
          .labels(1, List.of("genre " + row % 5, "all"))
          .number(2, 1950 + row % 70)
          .endRow();
    }
    return new Catalog(ids, attributes.build(), popularity);
  }

  static ItemUpdate put(String id, float[] vector) {
    return new ItemUpdate.Upsert(id, vector, null);
  }

  static ItemUpdate put(String id, float[] vector, AttributeValue... attributes) {
    return new ItemUpdate.Upsert(id, vector, new ItemAttributes(List.of(attributes)));
  }

  static ItemUpdate delete(String id) {
    return new ItemUpdate.Delete(id);
  }
}
