package dev.hstu.kernels.tables;

import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.Tensor;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.storage.ContentDigest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Strings, one a row, kept as one UTF-8 blob and the offsets into it: millions of rows cost their
/// bytes and four more each, and no objects. Immutable; at most 2 GiB of text.
///
/// As tensors: `NAME_offsets` int64 `[rows+1]`, from 0, never falling, ending at the blob's size;
/// and `NAME_bytes` uint8.
public final class StringColumn {
  private final byte[] bytes;
  private final int[] offsets;
  private final int size;

  /// Takes over both arrays, which may be longer than the `size` rows need.
  StringColumn(byte[] bytes, int[] offsets, int size) {
    this.bytes = bytes;
    this.offsets = offsets;
    this.size = size;
  }

  /// A column of these strings, each well-formed UTF-16.
  public static StringColumn of(List<String> values) {
    Builder builder = new Builder();
    values.forEach(builder::add);
    return builder.build();
  }

  /// The number of rows.
  public int size() {
    return size;
  }

  /// The string of a row, made anew.
  public String get(int row) {
    int length = byteLength(row);
    return new String(bytes, offsets[row], length, StandardCharsets.UTF_8);
  }

  /// The UTF-8 bytes of a row, copied.
  public byte[] utf8(int row) {
    int length = byteLength(row);
    return Arrays.copyOfRange(bytes, offsets[row], offsets[row] + length);
  }

  /// The UTF-8 length of a row in bytes.
  public int byteLength(int row) {
    // The arrays may be longer than the rows, so their own bounds don't tell.
    Objects.checkIndex(row, size);
    return offsets[row + 1] - offsets[row];
  }

  /// The tensors of a column stored under `name`.
  public List<TensorSpec> specs(String name) {
    return List.of(
        new TensorSpec(name + "_offsets", DType.I64, size + 1L),
        new TensorSpec(name + "_bytes", DType.U8, offsets[size]));
  }

  /// Writes the tensors of [#specs], in its order.
  public void writeTo(SafetensorsWriter writer, String name) throws IOException {
    writer.begin(name + "_offsets");
    writer.append(offsets, 0, size + 1);
    writer.begin(name + "_bytes");
    writer.append(bytes, 0, offsets[size]);
  }

  /// Copies a column out of a file, checking offsets and UTF-8.
  public static StringColumn readFrom(SafetensorsFile file, String name)
      throws MalformedSafetensorsException {
    Tensor offsets = file.tensor(name + "_offsets", DType.I64, SafetensorsFile.ANY_SIZE);
    Tensor bytes = file.tensor(name + "_bytes", DType.U8, SafetensorsFile.ANY_SIZE);
    RowOffsets.checkArray(file, bytes);
    int[] rowOffsets = RowOffsets.read(file, offsets, bytes.elements());
    StringColumn column = new StringColumn(bytes.toBytes(), rowOffsets, rowOffsets.length - 1);
    column.checkUtf8(file, bytes.name());
    return column;
  }

  /// Adds the rows, in order, to a digest.
  public void digest(ContentDigest digest) {
    digest.add((long) size);
    for (int row = 0; row < size; row++) {
      digest.add((long) offsets[row + 1]);
    }
    digest.add(MemorySegment.ofArray(bytes).asSlice(0, offsets[size]));
  }

  /// Whether the first rows are those of another column.
  boolean startsWith(StringColumn other) {
    int end = other.offsets[other.size];
    return other.size <= size
        && Arrays.equals(offsets, 0, other.size + 1, other.offsets, 0, other.size + 1)
        && Arrays.equals(bytes, 0, end, other.bytes, 0, end);
  }

  boolean rowEquals(int row, byte[] wanted) {
    return Arrays.equals(bytes, offsets[row], offsets[row + 1], wanted, 0, wanted.length);
  }

  long hash(int row) {
    return Utf8Rows.hash(bytes, offsets[row], byteLength(row));
  }

  private void checkUtf8(SafetensorsFile file, String tensor) throws MalformedSafetensorsException {
    for (int row = 0; row < size; row++) {
      if (!Utf8.isValid(bytes, offsets[row], byteLength(row))) {
        throw new MalformedSafetensorsException(
            file.path(), "tensor '%s': row %d is not valid UTF-8".formatted(tensor, row));
      }
    }
  }

  /// Collects the rows of a column. For one thread.
  public static final class Builder {
    private byte[] bytes = new byte[64];
    private int[] offsets = new int[16];
    private int size;

    /// Appends a row.
    ///
    /// @throws IllegalArgumentException when `value` holds a lone surrogate, which UTF-8 can't say
    public Builder add(String value) {
      byte[] utf8 = Utf8.require(value);
      add(utf8, 0, utf8.length);
      return this;
    }

    /// Appends a row of another column.
    void add(StringColumn column, int row) {
      add(column.bytes, column.offsets[row], column.byteLength(row));
    }

    void add(byte[] utf8, int offset, int length) {
      int start = offsets[size];
      long needed = (long) start + length;
      if (needed > bytes.length) {
        bytes = Arrays.copyOf(bytes, ArrayGrowth.atLeast(bytes.length, needed));
      }
      if (size + 1 == offsets.length) {
        offsets = Arrays.copyOf(offsets, ArrayGrowth.next(offsets.length));
      }
      System.arraycopy(utf8, offset, bytes, start, length);
      offsets[++size] = start + length;
    }

    /// The rows so far, in arrays of their exact size; the builder may go on.
    public StringColumn build() {
      return new StringColumn(
          Arrays.copyOf(bytes, offsets[size]), Arrays.copyOf(offsets, size + 1), size);
    }

    int size() {
      return size;
    }

    /// The rows so far, sharing the builder's arrays: valid until the next [#add].
    StringColumn view() {
      return new StringColumn(bytes, offsets, size);
    }
  }
}
