package dev.hstu.kernels.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Parses the JSON header of a safetensors file and trusts nothing in it: every list, number and
/// nesting has a bound, and unknown fields are refused because they might change what the bytes
/// mean.
final class HeaderParser {
  /// Digits of the longest number: those of 2^63-1, and one more so that the message can name it.
  private static final int MAX_NUMBER_CHARS = 20;

  /// Header, tensor, shape.
  private static final int MAX_NESTING = 3;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_NESTING)
                  .maxNumberLength(MAX_NUMBER_CHARS)
                  .maxNameLength(SafetensorsFile.MAX_NAME_CHARS)
                  .maxStringLength((int) SafetensorsFile.MAX_HEADER_BYTES)
                  .build())
          // Names come from files: keeping them in shared symbol tables would let a file fill
          // those.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  /// The header's content; offsets are relative to the end of the header.
  record Header(Map<String, String> metadata, Map<String, Entry> tensors) {}

  /// One tensor and its bytes `[begin, end)`.
  record Entry(TensorSpec spec, long begin, long end) {}

  private final Path file;
  private final JsonParser json;
  private final Map<String, String> metadata = new TreeMap<>();
  private final Map<String, Entry> tensors = new LinkedHashMap<>();
  private boolean metadataSeen;

  private HeaderParser(Path file, JsonParser json) {
    this.file = file;
    this.json = json;
  }

  static Header parse(Path file, byte[] header) throws MalformedSafetensorsException {
    if (header.length == 0 || header[0] != '{') {
      throw new MalformedSafetensorsException(file, "the header must begin with '{'");
    }
    // A Reader, not a stream: the JSON library would guess UTF-16 and UTF-32, the format is UTF-8.
    Reader utf8 =
        new InputStreamReader(
            new ByteArrayInputStream(header),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    try (JsonParser json = JSON.createParser(utf8)) {
      return new HeaderParser(file, json).header();
    } catch (MalformedSafetensorsException e) {
      throw e;
    } catch (IOException e) {
      throw new MalformedSafetensorsException(
          file, "the header is not readable JSON: " + clipped(String.valueOf(e.getMessage())), e);
    }
  }

  private Header header() throws IOException {
    json.nextToken();
    expect(JsonToken.START_OBJECT, "the header");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (name.equals(TensorSpec.METADATA_KEY)) {
        readMetadata();
      } else {
        readTensor(name);
      }
    }
    expect(JsonToken.END_OBJECT, "the header");
    if (json.nextToken() != null) {
      throw malformed("the header goes on after its closing brace; only spaces may follow");
    }
    return new Header(metadata, tensors);
  }

  private void readMetadata() throws IOException {
    if (metadataSeen) {
      throw malformed("__metadata__ stands twice in the header");
    }
    metadataSeen = true;
    expect(JsonToken.START_OBJECT, "__metadata__");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      expect(JsonToken.VALUE_STRING, "__metadata__ '" + clipped(key) + "'");
      if (metadata.size() == SafetensorsFile.MAX_METADATA_ENTRIES) {
        throw malformed(
            "more than %d entries of __metadata__".formatted(SafetensorsFile.MAX_METADATA_ENTRIES));
      }
      if (metadata.putIfAbsent(key, json.getText()) != null) {
        throw malformed("__metadata__ '%s' stands twice".formatted(clipped(key)));
      }
    }
    expect(JsonToken.END_OBJECT, "__metadata__");
  }

  private void readTensor(String name) throws IOException {
    String where = "tensor '" + clipped(name) + "'";
    if (tensors.containsKey(name)) {
      throw malformed(where + " stands twice in the header");
    }
    if (tensors.size() == SafetensorsFile.MAX_TENSORS) {
      throw malformed("more than " + SafetensorsFile.MAX_TENSORS + " tensors");
    }
    expect(JsonToken.START_OBJECT, where);
    DType dtype = null;
    long[] shape = null;
    long[] offsets = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "dtype" -> dtype = once(dtype, readDType(where), where, field);
        case "shape" ->
            shape = once(shape, readLongs(where, field, SafetensorsFile.MAX_RANK), where, field);
        case "data_offsets" -> offsets = once(offsets, readLongs(where, field, 2), where, field);
        default -> throw malformed(where + ": unknown field '" + clipped(field) + "'");
      }
    }
    expect(JsonToken.END_OBJECT, where);
    if (dtype == null || shape == null || offsets == null) {
      throw malformed(where + " must have dtype, shape and data_offsets");
    }
    tensors.put(name, entry(where, name, dtype, shape, offsets));
  }

  private Entry entry(String where, String name, DType dtype, long[] shape, long[] offsets)
      throws MalformedSafetensorsException {
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw malformed(
          "%s: data_offsets %s must be [begin, end] with begin <= end"
              .formatted(where, Arrays.toString(offsets)));
    }
    TensorSpec spec;
    try {
      spec = new TensorSpec(name, dtype, shape);
    } catch (IllegalArgumentException e) {
      throw malformed(where + ": shape " + Arrays.toString(shape) + " exceeds 2^63 bytes");
    }
    if (offsets[1] - offsets[0] != spec.byteSize()) {
      throw malformed(
          "%s: data_offsets %s span %d bytes but %s needs %d"
              .formatted(
                  where,
                  Arrays.toString(offsets),
                  offsets[1] - offsets[0],
                  Tensor.describe(dtype, shape),
                  spec.byteSize()));
    }
    return new Entry(spec, offsets[0], offsets[1]);
  }

  private DType readDType(String where) throws IOException {
    expect(JsonToken.VALUE_STRING, where + " dtype");
    String name = json.getText();
    DType dtype = DType.named(name);
    if (dtype == null) {
      throw malformed(
          "%s: dtype '%s' is none of %s"
              .formatted(where, clipped(name), Arrays.toString(DType.values())));
    }
    return dtype;
  }

  private long[] readLongs(String where, String field, int maxCount) throws IOException {
    expect(JsonToken.START_ARRAY, where + " " + field);
    long[] values = new long[maxCount];
    int count = 0;
    while (json.nextToken() == JsonToken.VALUE_NUMBER_INT) {
      if (count == maxCount) {
        throw malformed("%s: %s has more than %d numbers".formatted(where, field, maxCount));
      }
      values[count++] = readNonNegative(where, field);
    }
    expect(JsonToken.END_ARRAY, where + " " + field);
    return Arrays.copyOf(values, count);
  }

  private long readNonNegative(String where, String field) throws IOException {
    boolean fits = json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    if (!fits || json.getLongValue() < 0) {
      throw malformed(
          "%s: %s holds %s, which must be within 0..2^63-1"
              .formatted(where, field, json.getText()));
    }
    return json.getLongValue();
  }

  private <T> T once(@Nullable T earlier, T value, String where, String field)
      throws MalformedSafetensorsException {
    if (earlier != null) {
      throw malformed("%s: %s stands twice".formatted(where, field));
    }
    return value;
  }

  private void expect(JsonToken expected, String where) throws MalformedSafetensorsException {
    if (json.currentToken() != expected) {
      throw malformed("%s: found %s, expected %s".formatted(where, json.currentToken(), expected));
    }
  }

  private MalformedSafetensorsException malformed(String problem) {
    return new MalformedSafetensorsException(file, problem);
  }

  /// Names from a damaged file can be megabytes long; messages show the beginning.
  static String clipped(String text) {
    int limit = 200;
    return text.length() <= limit ? text : text.substring(0, limit) + "…";
  }
}
