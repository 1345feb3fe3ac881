package dev.hstu.index;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.ClusteredVectors;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Seeded inputs of small builds: a folder that stands for a model's, an item-vector file, a
/// catalogue.
public record BuildInputs(Path modelFolder, Path itemVectors) {

  public static final String FINGERPRINT = "0123456789abcdef".repeat(4);
  public static final Instant TIME = Instant.parse("2026-01-31T23:59:58.987Z");

  private static final int DIMENSION = 16;

  /// Writes model and vectors below `folder`, which must exist.
  public static BuildInputs write(Path folder, int items, long seed) throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{\"seed\": " + seed + "}");
    Files.write(model.resolve("model.safetensors"), new byte[1_000]);
    long[] ids = new long[items];
    for (int row = 0; row < items; row++) {
      ids[row] = Long.MAX_VALUE - 7L * row;
    }
    Path vectors = folder.resolve("vectors.safetensors");
    float[] values = new ClusteredVectors(DIMENSION, 10, seed).values(items);
    writeVectors(vectors, IdTable.ofLongs(ids), values, metadata("int64", DIMENSION));
    return new BuildInputs(model, vectors);
  }

  /// The metadata of a right item-vector file, to be changed into a wrong one.
  public static Map<String, String> metadata(String idType, int dimension) {
    return new TreeMap<>(
        Map.of(
            "format",
            "hstu.item-vectors",
            "format_version",
            "1",
            "model_fingerprint",
            FINGERPRINT,
            "dimension",
            Integer.toString(dimension),
            "metric",
            "inner_product",
            "id_type",
            idType));
  }

  public static void writeVectors(
      Path target, IdTable ids, float[] values, Map<String, String> metadata) throws IOException {
    List<TensorSpec> specs = new ArrayList<>(ids.specs(""));
    specs.add(new TensorSpec("vectors", DType.F32, ids.size(), values.length / ids.size()));
    try (SafetensorsWriter writer = SafetensorsWriter.create(target, metadata, specs)) {
      ids.writeTo(writer, "");
      writer.write("vectors", values);
      writer.commit();
    }
  }

  /// Popularity by row, no attributes.
  public Catalog catalog() throws IOException {
    try (ItemVectors vectors = ItemVectors.open(itemVectors)) {
      int items = vectors.ids().size();
      long[] popularity = new long[items];
      for (int row = 0; row < items; row++) {
        popularity[row] = row % 11;
      }
      return new Catalog(vectors.ids(), AttributeTable.withoutColumns(items), popularity);
    }
  }

  public BuildRequest request(GenerationStore store) throws IOException {
    return request(store, GenerationEvaluator.NONE, IndexSettings.DEFAULT, TIME);
  }

  public BuildRequest request(
      GenerationStore store, GenerationEvaluator evaluator, IndexSettings index, Instant createdAt)
      throws IOException {
    return new BuildRequest(
        store, modelFolder, FINGERPRINT, itemVectors, catalog(), index, 1, evaluator, createdAt);
  }
}
