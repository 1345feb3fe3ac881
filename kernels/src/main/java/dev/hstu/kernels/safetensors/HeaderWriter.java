package dev.hstu.kernels.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Makes the JSON header of a safetensors file, byte for byte as the public implementation does,
/// and refuses what [HeaderParser] would refuse.
final class HeaderWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private static final int ALIGNMENT_BYTES = 8;

  private HeaderWriter() {}

  /// The header of these tensors, in this order, padded with spaces; metadata sorted by key.
  static byte[] header(Path target, Map<String, String> metadata, List<TensorSpec> specs)
      throws IOException {
    if (metadata.size() > SafetensorsFile.MAX_METADATA_ENTRIES) {
      throw new IllegalArgumentException(
          "%s: %d metadata entries exceed %d; store them as a tensor"
              .formatted(target, metadata.size(), SafetensorsFile.MAX_METADATA_ENTRIES));
    }
    checkDeclared(target, specs);
    byte[] header = json(metadata, specs);
    if (header.length > SafetensorsFile.MAX_HEADER_BYTES) {
      throw new IllegalArgumentException(
          "%s: header of %d bytes exceeds %d, so no reader would accept it; shorten the metadata"
              .formatted(target, header.length, SafetensorsFile.MAX_HEADER_BYTES));
    }
    return header;
  }

  private static void checkDeclared(Path target, List<TensorSpec> specs) {
    if (specs.size() > SafetensorsFile.MAX_TENSORS) {
      throw new IllegalArgumentException(
          "%s: %d tensors exceed %d; split the file"
              .formatted(target, specs.size(), SafetensorsFile.MAX_TENSORS));
    }
    Set<String> names = new HashSet<>();
    for (TensorSpec spec : specs) {
      if (spec.name().length() > SafetensorsFile.MAX_NAME_CHARS) {
        throw new IllegalArgumentException(
            "%s: tensor name '%.40s…' is longer than %d chars; shorten it"
                .formatted(target, spec.name(), SafetensorsFile.MAX_NAME_CHARS));
      }
      if (!names.add(spec.name())) {
        throw new IllegalArgumentException(
            target + ": tensor '" + spec.name() + "' is declared twice; name each once");
      }
      if (spec.shape().length > SafetensorsFile.MAX_RANK) {
        throw new IllegalArgumentException(
            "%s: tensor %s has more than %d dimensions"
                .formatted(target, spec, SafetensorsFile.MAX_RANK));
      }
    }
  }

  private static byte[] json(Map<String, String> metadata, List<TensorSpec> specs)
      throws IOException {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(header)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(TensorSpec.METADATA_KEY);
        for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long offset = 0;
      for (TensorSpec spec : specs) {
        long end = Math.addExact(offset, spec.byteSize());
        writeEntry(json, spec, offset, end);
        offset = end;
      }
      json.writeEndObject();
    }
    while (header.size() % ALIGNMENT_BYTES != 0) {
      header.write(' ');
    }
    return header.toByteArray();
  }

  private static void writeEntry(JsonGenerator json, TensorSpec spec, long begin, long end)
      throws IOException {
    json.writeObjectFieldStart(spec.name());
    json.writeStringField("dtype", spec.dtype().name());
    json.writeFieldName("shape");
    long[] shape = spec.shape();
    json.writeArray(shape, 0, shape.length);
    json.writeFieldName("data_offsets");
    json.writeArray(new long[] {begin, end}, 0, 2);
    json.writeEndObject();
  }
}
