package dev.hstu.encoder.weights;

import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/// The file between encoder and index-builder: every item's id and L2-normalised vector
/// (HSTU.md, "Forward" 4), with the fingerprint of the model they come from.
///
/// Safetensors: `ids` int64 `[V]`, or `id_offsets` int64 `[V+1]` and `id_bytes` uint8; `vectors`
/// float32 `[V, D]`. Metadata strings: `format` = `hstu.item-vectors`, `format_version`,
/// `model_fingerprint`, `dimension`, `metric` = `inner_product`, `id_type` = `int64` or `utf8`.
public final class ItemVectorFile {

  public static final String VECTORS = "vectors";

  static final int FORMAT_VERSION = 1;

  /// Rows normalised per write: large enough that the calls don't count.
  private static final int ROWS_PER_PIECE = 1_024;

  private ItemVectorFile() {}

  /// Writes the vectors of all items, a piece at a time, replacing `target` wholly or not at all.
  ///
  /// @param progress told the number of rows done, now and then and at the end
  public static void write(Path target, Model model, LongConsumer progress) throws IOException {
    ModelConfig config = model.config();
    List<TensorSpec> specs = new ArrayList<>(model.vocabulary().specs(""));
    specs.add(new TensorSpec(VECTORS, DType.F32, config.items(), config.embeddingDim()));
    try (SafetensorsWriter writer = SafetensorsWriter.create(target, metadata(model), specs)) {
      model.vocabulary().writeTo(writer, "");
      writer.begin(VECTORS);
      writeVectors(writer, model, progress);
      writer.commit();
    }
  }

  private static void writeVectors(SafetensorsWriter writer, Model model, LongConsumer progress)
      throws IOException {
    ModelConfig config = model.config();
    int d = config.embeddingDim();
    float[] piece = new float[ROWS_PER_PIECE * d];
    for (long first = 0; first < config.items(); first += ROWS_PER_PIECE) {
      int rows = (int) Math.min(ROWS_PER_PIECE, config.items() - first);
      for (int r = 0; r < rows; r++) {
        model.copyItemVector(first + r + 1, piece, r * d); // row 0 is padding
      }
      writer.append(piece, 0, rows * d);
      progress.accept(first + rows);
    }
  }

  private static Map<String, String> metadata(Model model) {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("format", "hstu.item-vectors");
    metadata.put("format_version", Integer.toString(FORMAT_VERSION));
    metadata.put("model_fingerprint", model.fingerprint());
    metadata.put("dimension", Integer.toString(model.config().embeddingDim()));
    metadata.put("metric", "inner_product");
    metadata.put("id_type", model.vocabulary().type().name().toLowerCase(Locale.ROOT));
    return metadata;
  }
}
