package dev.hstu.kernels.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Any bytes either read as a consistent file or are refused with [MalformedSafetensorsException]:
/// never another exception, a hang or a memory beyond the file's size.
@Timeout(120)
class SafetensorsFuzzTest {
  @TempDir Path directory;

  private byte[] validFile() throws IOException {
    Path path = directory.resolve("valid.safetensors");
    List<TensorSpec> specs = new ArrayList<>();
    for (DType dtype : DType.values()) {
      specs.add(new TensorSpec("model.layer." + dtype, dtype, 3, 2));
    }
    specs.add(new TensorSpec("scalar", DType.F32));
    specs.add(new TensorSpec("empty", DType.I64, 0, 5));
    Map<String, String> metadata = Map.of("config", "{\"items\": 40}", "format", "pt");
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, metadata, specs)) {
      for (TensorSpec spec : specs) {
        writer.write(spec.name(), new byte[(int) spec.byteSize()]);
      }
      writer.commit();
    }
    return Files.readAllBytes(path);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void mutatedFilesReadWhollyOrAreRefused(long seed) throws IOException {
    assertThat(survivors(seed, 3_000)).as("some mutations stay valid").isPositive();
  }

  @Test
  @Tag("soak")
  void manyMutatedFilesReadWhollyOrAreRefused() throws IOException {
    assertThat(survivors(99, 100_000)).isPositive();
  }

  private int survivors(long seed, int mutations) throws IOException {
    byte[] valid = validFile();
    SafetensorsMutator mutator = new SafetensorsMutator(seed);
    Path path = directory.resolve("mutated.safetensors");
    int survivors = 0;
    for (int i = 0; i < mutations; i++) {
      byte[] mutated = mutator.mutate(valid);
      // Made anew: some file systems flush to disk when a file is cut and rewritten.
      Files.deleteIfExists(path);
      Files.write(path, mutated);
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        assertConsistent(file, mutated);
        survivors++;
      } catch (MalformedSafetensorsException e) {
        assertThat(e.getMessage()).startsWith(path + ": ").hasSizeLessThan(2_000);
      } catch (IOException | RuntimeException | AssertionError | OutOfMemoryError e) {
        throw new AssertionError("mutation %d of seed %d".formatted(i, seed), e);
      }
    }
    return survivors;
  }

  private static void assertConsistent(SafetensorsFile file, byte[] bytes)
      throws MalformedSafetensorsException {
    long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    long data = 0;
    for (String name : file.names()) {
      Tensor tensor = file.tensor(name);
      data += tensor.toBytes().length;
      if (tensor.dtype().isFloating()) {
        assertThat((long) tensor.toDoubles().length).isEqualTo(tensor.elements());
      }
    }
    assertThat(8 + header + data).isEqualTo(bytes.length);
  }

  private Path fileOf(String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json);
    return Files.write(directory.resolve("made.safetensors"), file.array());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|must begin with '{'",
        "{|not readable JSON",
        "{} x|not readable JSON",
        "{}{}|goes on after its closing brace",
        "{\"a\":1}|tensor 'a': found VALUE_NUMBER_INT, expected START_OBJECT",
        "{\"__metadata__\":[]}|__metadata__: found START_ARRAY",
        "{\"__metadata__\":{\"a\":1}}|__metadata__ 'a': found VALUE_NUMBER_INT",
        "{\"__metadata__\":{\"a\":\"1\",\"a\":\"1\"}}|__metadata__ 'a' stands twice",
        "{\"__metadata__\":{},\"__metadata__\":{}}|__metadata__ stands twice",
        "{\"a\":{}}|tensor 'a' must have dtype, shape and data_offsets",
        "{\"a\":{\"dtype\":\"F4\"}}|dtype 'F4' is none of [F64, F32",
        "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}|tensor 'a': dtype stands twice",
        "{\"a\":{\"shape\":[1],\"shape\":[1]}}|tensor 'a': shape stands twice",
        "{\"a\":{\"stride\":[1]}}|tensor 'a': unknown field 'stride'",
        "{\"a\":{\"shape\":[-1]}}|shape holds -1, which must be within 0..2^63-1",
        "{\"a\":{\"shape\":[1.0]}}|tensor 'a' shape: found VALUE_NUMBER_FLOAT",
        "{\"a\":{\"shape\":[9223372036854775808]}}|shape holds 9223372036854775808",
        "{\"a\":{\"shape\":[[1]]}}|not readable JSON",
        "{\"a\":{\"shape\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}}|has more than 16 numbers",
        "{\"a\":{\"data_offsets\":[0,1,2]}}|data_offsets has more than 2 numbers",
        "{\"é\":1}|not readable JSON"
      })
  void wrongHeadersAreRefusedWithTheirFault(String header, String message) throws IOException {
    Path path = fileOf(header, 0);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessageStartingWith(path + ": ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[2]                       | 0,8  |   | 8  | ''",
        "[2]                       | 0,4  |   | 8  | span 4 bytes but F32[2] needs 8",
        "[2]                       | 8,0  |   | 8  | must be [begin, end] with begin <= end",
        "[2]                       | 4,12 |   | 12 | begins at byte 4 of the data, expected 0: bytes between",
        "[2]                       | 0,8  |   | 7  | describes 8 bytes of data and the file holds 7: the file is cut",
        "[2]                       | 0,8  |   | 9  | bytes at its end belong to no tensor",
        "[4294967296,4294967296]   | 0,8  |   | 8  | exceeds 2^63 bytes",
        "[0,4611686018427387904,4] | 0,0  |   | 0  | ''",
        "[4611686018427387904,4,0] | 0,0  |   | 0  | exceeds 2^63 bytes",
        "[2] | 0,8 | \"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}  | 8  | expected 8: tensors overlap",
        "[2] | 0,8 | \"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]} | 16 | expected 8: bytes between",
        "[2] | 0,8 | \"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]} | 12 | tensor 'a' stands twice"
      })
  void tensorsMustTileTheData(
      String shape, String offsets, String other, int dataBytes, String message)
      throws IOException {
    String header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%s]}%s}"
            .formatted(shape, offsets, other == null ? "" : "," + other);
    Path path = fileOf(header, dataBytes);
    if (message.isEmpty()) {
      SafetensorsFile.open(path).close();
    } else {
      assertThatThrownBy(() -> SafetensorsFile.open(path))
          .isInstanceOf(MalformedSafetensorsException.class)
          .hasMessageContaining(message);
    }
  }

  static Stream<String> hugeHeaders() {
    StringBuilder metadata = new StringBuilder("{\"__metadata__\":{");
    for (int i = 0; i <= SafetensorsFile.MAX_METADATA_ENTRIES; i++) {
      metadata.append('"').append(i).append("\":\"\",");
    }
    StringBuilder tensors = new StringBuilder("{");
    for (int i = 0; i <= SafetensorsFile.MAX_TENSORS; i++) {
      tensors
          .append('"')
          .append(i)
          .append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},");
    }
    return Stream.of(
        metadata.toString(),
        tensors.toString(),
        "{\"" + "n".repeat(SafetensorsFile.MAX_NAME_CHARS + 1) + "\":{}}",
        "{\"a\":".repeat(1_000_000),
        "{\"a\":{\"shape\":" + "[".repeat(1_000_000),
        "{\"a\":{\"shape\":[" + "9".repeat(1_000_000));
  }

  @ParameterizedTest
  @MethodSource("hugeHeaders")
  void headersBeyondABoundAreRefused(String header) throws IOException {
    Path path = fileOf(header, 0);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(MalformedSafetensorsException.class)
        .message()
        .hasSizeLessThan(2_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8})
  void filesTooShortForAHeaderAreRefused(int length) throws IOException {
    Path path = Files.write(directory.resolve("short.safetensors"), new byte[length]);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(MalformedSafetensorsException.class);
  }

  @Test
  void aHeaderInAnotherEncodingIsRefused() throws IOException {
    byte[] json = "{}".getBytes(StandardCharsets.UTF_16LE);
    ByteBuffer file = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json);
    Path path = Files.write(directory.resolve("utf16.safetensors"), file.array());
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(MalformedSafetensorsException.class);
  }
}
