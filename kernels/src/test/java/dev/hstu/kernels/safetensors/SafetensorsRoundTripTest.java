package dev.hstu.kernels.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is written reads back: every type, unaligned, in any chunks, at the edges of the ranges.
class SafetensorsRoundTripTest {
  private static final long[] EDGES = {
    0,
    1,
    -1,
    127,
    128,
    -128,
    -129,
    255,
    256,
    32_767,
    32_768,
    -32_768,
    -32_769,
    65_535,
    65_536,
    Integer.MAX_VALUE,
    Integer.MAX_VALUE + 1L,
    Integer.MIN_VALUE,
    Integer.MIN_VALUE - 1L,
    0xffff_ffffL,
    0x1_0000_0000L,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  @TempDir Path directory;

  /// Reads a tensor that stands at an odd address, after one of a single byte.
  private SafetensorsFile written(DType dtype, int count, Values values) throws IOException {
    Path path = directory.resolve("tensor.safetensors");
    List<TensorSpec> specs =
        List.of(new TensorSpec("odd", DType.U8, 1), new TensorSpec("x", dtype, count));
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, Map.of(), specs)) {
      writer.write("odd", new byte[] {7});
      values.writeTo(writer);
      writer.commit();
    }
    return SafetensorsFile.open(path);
  }

  @FunctionalInterface
  private interface Values {
    void writeTo(SafetensorsWriter writer) throws IOException;
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void rawBytesOfEveryTypeRoundTrip(DType dtype) throws IOException {
    byte[] bytes = new byte[1_000 * dtype.bytes()];
    new Random(1).nextBytes(bytes);
    try (SafetensorsFile file = written(dtype, 1_000, w -> w.write("x", bytes))) {
      assertThat(file.tensor("x", dtype, 1_000).toBytes()).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void integersInRangeRoundTripAndOthersAreRefused(DType dtype) throws IOException {
    for (long edge : EDGES) {
      boolean fits = dtype.isInteger() && fits(dtype, edge);
      if (fits) {
        try (SafetensorsFile file = written(dtype, 1, w -> w.write("x", new long[] {edge}))) {
          assertThat(file.tensor("x").toLongs()).containsExactly(edge);
        }
      } else {
        assertThatThrownBy(() -> written(dtype, 1, w -> w.write("x", new long[] {edge})).close())
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("tensor x " + dtype);
      }
    }
  }

  private static boolean fits(DType dtype, long value) {
    if (dtype == DType.BOOL) {
      return value == 0 || value == 1;
    }
    int bits = dtype.bytes() * Byte.SIZE;
    if (dtype.name().startsWith("U")) {
      return value >= 0 && (bits == Long.SIZE || value >>> bits == 0);
    }
    return bits == Long.SIZE || value << Long.SIZE - bits >> Long.SIZE - bits == value;
  }

  @Test
  void unsignedValuesBeyondALongAreRefusedByName() throws IOException {
    byte[] allOnes = {-1, -1, -1, -1, -1, -1, -1, -1};
    try (SafetensorsFile file = written(DType.U64, 1, w -> w.write("x", allOnes))) {
      assertThatThrownBy(() -> file.tensor("x").longAt(0))
          .isInstanceOf(ArithmeticException.class)
          .hasMessageContaining("18446744073709551615");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F16", "BF16"})
  void everyHalfPrecisionValueSurvivesAReadAndAWrite(DType dtype) throws IOException {
    ByteBuffer patterns = ByteBuffer.allocate(2 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int bits = 0; bits < 1 << 16; bits++) {
      patterns.putShort((short) bits);
    }
    float[] values;
    try (SafetensorsFile file = written(dtype, 1 << 16, w -> w.write("x", patterns.array()))) {
      values = file.tensor("x").toFloats();
    }
    try (SafetensorsFile file = written(dtype, 1 << 16, w -> w.write("x", values))) {
      assertThat(file.tensor("x").toFloats()).containsExactly(values);
    }
  }

  @Test
  void bfloat16RoundsToTheNearestAndTiesToEven() throws IOException {
    Random random = new Random(3);
    float[] values = new float[10_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt());
    }
    values[0] = Float.intBitsToFloat(0x3f80_8000); // halfway, even below
    values[1] = Float.intBitsToFloat(0x3f81_8000); // halfway, even above
    values[2] = Float.intBitsToFloat(0x7f80_0001); // NaN whose upper half is infinity's
    values[3] = Float.MAX_VALUE;
    try (SafetensorsFile file = written(DType.BF16, values.length, w -> w.write("x", values))) {
      Tensor tensor = file.tensor("x");
      assertThat(tensor.floatAt(0)).isEqualTo(Float.intBitsToFloat(0x3f80_0000));
      assertThat(tensor.floatAt(1)).isEqualTo(Float.intBitsToFloat(0x3f82_0000));
      assertThat(tensor.floatAt(2)).isNaN();
      assertThat(tensor.floatAt(3)).isEqualTo(Float.POSITIVE_INFINITY);
      for (int i = 4; i < values.length; i++) {
        float found = tensor.floatAt(i);
        if (Float.isFinite(found)) {
          double halfStep = Math.scalb(1.0, Math.max(Math.getExponent(values[i]), -126) - 8);
          assertThat(Math.abs((double) found - values[i])).isLessThanOrEqualTo(halfStep);
        } else {
          assertThat(Float.isFinite(values[i]) && Math.abs(values[i]) < 3.38e38f).isFalse();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F64", "F32", "F16", "BF16"})
  void floatingValuesReadAlikeThroughEveryAccessor(DType dtype) throws IOException {
    double[] values = new Random(4).doubles(5_000, -100, 100).toArray();
    try (SafetensorsFile file = written(dtype, 5_000, w -> w.write("x", values))) {
      Tensor tensor = file.tensor("x");
      double[] doubles = tensor.toDoubles();
      float[] floats = tensor.toFloats();
      double relative = Math.scalb(1.0, -precisionBits(dtype));
      float[] part = new float[120];
      tensor.copyFloats(1_000, part, 10, 100);
      double[] doublePart = new double[100];
      tensor.copyDoubles(1_000, doublePart, 0, 100);
      for (int i = 0; i < values.length; i++) {
        assertThat(Math.abs(doubles[i] - values[i]))
            .isLessThanOrEqualTo(relative * Math.max(Math.abs(values[i]), 1e-3));
        assertThat(floats[i]).isEqualTo((float) doubles[i]);
        assertThat(tensor.doubleAt(i)).isEqualTo(doubles[i]);
        assertThat(tensor.floatAt(i)).isEqualTo(floats[i]);
      }
      assertThat(Arrays.copyOfRange(part, 10, 110))
          .containsExactly(Arrays.copyOfRange(floats, 1_000, 1_100));
      assertThat(part[9]).isZero();
      assertThat(part[110]).isZero();
      assertThat(doublePart).containsExactly(Arrays.copyOfRange(doubles, 1_000, 1_100));
      assertThatThrownBy(() -> tensor.copyFloats(4_999, part, 0, 2))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> tensor.floatAt(5_000)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  private static int precisionBits(DType dtype) {
    return switch (dtype) {
      case F64 -> 60;
      case F32 -> 24;
      case F16 -> 11;
      default -> 8;
    };
  }

  /// Random tensors, some empty, some scalars, appended in random chunks that cross the writer's
  /// buffer; the bytes don't depend on the chunks.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomTensorsInRandomChunksRoundTrip(long seed) throws IOException {
    Random random = new Random(seed);
    Map<TensorSpec, double[]> tensors = new LinkedHashMap<>();
    DType[] types = {DType.F64, DType.I64, DType.I32, DType.F32, DType.U8};
    for (int i = random.nextInt(8); i >= 0; i--) {
      int columns = random.nextInt(5);
      int rows = random.nextInt(20_000);
      long[] shape = random.nextInt(4) == 0 ? new long[0] : new long[] {rows, columns};
      TensorSpec spec = new TensorSpec("tensor \"" + i, types[random.nextInt(types.length)], shape);
      tensors.put(spec, random.ints(spec.elements(), 0, 256).asDoubleStream().toArray());
    }
    Path path = directory.resolve("a.safetensors");
    write(path, tensors, random);
    byte[] bytes = Files.readAllBytes(path);
    write(path, tensors, random);
    assertThat(Files.readAllBytes(path)).isEqualTo(bytes);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.metadata()).isEqualTo(Map.of("naïve", "\"quoted\"\n\u0001", "seed", "x"));
      assertThat(file.names()).hasSize(tensors.size());
      for (TensorSpec spec : tensors.keySet()) {
        Tensor tensor = file.tensor(spec.name());
        assertThat(tensor.spec()).isEqualTo(spec);
        double[] found =
            spec.dtype().isFloating()
                ? tensor.toDoubles()
                : Arrays.stream(tensor.toLongs()).asDoubleStream().toArray();
        assertThat(found).containsExactly(tensors.get(spec));
      }
    }
  }

  private static void write(Path path, Map<TensorSpec, double[]> tensors, Random random)
      throws IOException {
    Map<String, String> metadata = Map.of("seed", "x", "naïve", "\"quoted\"\n\u0001");
    List<TensorSpec> specs = new ArrayList<>(tensors.keySet());
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, metadata, specs)) {
      for (TensorSpec spec : specs) {
        double[] values = tensors.get(spec);
        for (int done = 0; done < values.length; ) {
          int chunk = Math.min(1 + random.nextInt(30_000), values.length - done);
          append(writer, spec, values, done, chunk, random);
          done += chunk;
        }
      }
      writer.commit();
    }
  }

  private static void append(
      SafetensorsWriter writer, TensorSpec spec, double[] values, int offset, int count, Random r)
      throws IOException {
    double[] chunk = Arrays.copyOfRange(values, offset, offset + count);
    if (!spec.dtype().isFloating()) {
      if (r.nextBoolean()) {
        writer.append(Arrays.stream(chunk).mapToInt(v -> (int) v).toArray(), 0, count);
      } else {
        writer.append(Arrays.stream(chunk).mapToLong(v -> (long) v).toArray(), 0, count);
      }
    } else if (r.nextBoolean()) {
      writer.append(values, offset, count);
    } else {
      float[] floats = new float[count];
      for (int i = 0; i < count; i++) {
        floats[i] = (float) chunk[i];
      }
      writer.append(floats, 0, count);
    }
  }

  @Test
  void aTensorBeyondTwoGibibytesIsReadAtItsEnd() throws IOException {
    long rows = 3L << 30;
    String json =
        "{\"x\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]}}".formatted(rows, rows);
    Path path = directory.resolve("large.safetensors");
    ByteBuffer header = ByteBuffer.allocate(8 + json.length()).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(json.length()).put(json.getBytes(StandardCharsets.US_ASCII)).flip();
    long end = header.remaining() + rows;
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      channel.write(header);
      channel.write(ByteBuffer.wrap(new byte[] {42}), end - 1);
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Tensor tensor = file.tensor("x", DType.U8, rows);
      assertThat(tensor.longAt(rows - 1)).isEqualTo(42);
      assertThatThrownBy(tensor::toLongs)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("too large for one array");
    }
  }

  @Test
  void aClosedFileRefusesReads() throws IOException {
    SafetensorsFile file = written(DType.F32, 2, w -> w.write("x", new float[2]));
    Tensor tensor = file.tensor("x");
    file.close();
    file.close();
    assertThatThrownBy(() -> tensor.floatAt(0)).isInstanceOf(IllegalStateException.class);
  }
}
