package dev.hstu.encoder.users;

import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Every user's id and embedding, being written in the order of the data's users.
///
/// Safetensors: `ids` int64 `[U]`, or `id_offsets` int64 `[U+1]` and `id_bytes` uint8; `vectors`
/// float32 `[U, D]` of unit length, zeros for a user without events. Metadata strings: `format` =
/// `hstu.user-vectors`, `format_version`, `model_fingerprint`, `data_fingerprint`, `request_time`
/// (seconds, or `last-event+60`), `dimension`, `metric` = `inner_product`, `id_type`.
final class UserVectorFile implements AutoCloseable {

  static final String VECTORS = "vectors";
  private static final int FORMAT_VERSION = 1;

  private final SafetensorsWriter writer;

  private UserVectorFile(SafetensorsWriter writer) {
    this.writer = writer;
  }

  /// Begins a file that will replace `target`.
  static UserVectorFile create(Path target, Model model, PreparedData data, RequestTime requestTime)
      throws IOException {
    IdTable users = data.users();
    List<TensorSpec> specs = new ArrayList<>(users.specs(""));
    specs.add(new TensorSpec(VECTORS, DType.F32, users.size(), model.config().embeddingDim()));
    SafetensorsWriter writer =
        SafetensorsWriter.create(target, metadata(model, data, requestTime), specs);
    try {
      users.writeTo(writer, "");
      writer.begin(VECTORS);
      return new UserVectorFile(writer);
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  private static Map<String, String> metadata(
      Model model, PreparedData data, RequestTime requestTime) {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("format", "hstu.user-vectors");
    metadata.put("format_version", Integer.toString(FORMAT_VERSION));
    metadata.put("model_fingerprint", model.fingerprint());
    metadata.put("data_fingerprint", data.fingerprint());
    metadata.put("request_time", requestTime.spec());
    metadata.put("dimension", Integer.toString(model.config().embeddingDim()));
    metadata.put("metric", "inner_product");
    metadata.put("id_type", data.users().type().name().toLowerCase(Locale.ROOT));
    return metadata;
  }

  /// Appends the vectors of the next users.
  void append(float[] vectors) throws IOException {
    writer.append(vectors, 0, vectors.length);
  }

  /// The file appears, whole and durable.
  void commit() throws IOException {
    writer.commit();
  }

  /// Without a commit before, leaves no trace.
  @Override
  public void close() throws IOException {
    writer.close();
  }
}
