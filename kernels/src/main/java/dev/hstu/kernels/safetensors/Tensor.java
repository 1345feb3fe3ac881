package dev.hstu.kernels.safetensors;

import dev.hstu.kernels.storage.ContentDigest;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;

/// A view of one tensor of an open [SafetensorsFile]: row-major values in the mapped file, shared
/// and read-only, valid until the file closes (then every read throws [IllegalStateException]).
///
/// The `to…` methods copy out. Floating types read as floats and doubles, integer types as longs;
/// asking for the other kind is refused. Any thread may read.
public final class Tensor {
  private final TensorSpec spec;
  private final MemorySegment data;

  Tensor(TensorSpec spec, MemorySegment data) {
    if (data.byteSize() != spec.byteSize()) {
      throw new IllegalArgumentException(
          spec + " holds " + spec.byteSize() + " bytes, not " + data.byteSize());
    }
    this.spec = spec;
    this.data = data;
  }

  /// Name, element type and shape together, as [SafetensorsWriter] takes them.
  public TensorSpec spec() {
    return spec;
  }

  /// The tensor's name.
  public String name() {
    return spec.name();
  }

  /// The tensor's element type.
  public DType dtype() {
    return spec.dtype();
  }

  /// A copy of the dimensions, outermost first.
  public long[] shape() {
    return spec.shape();
  }

  /// The raw little-endian values, shared with the mapped file and perhaps unaligned.
  public MemorySegment data() {
    return data;
  }

  /// The number of elements.
  public long elements() {
    return spec.elements();
  }

  /// The element at `index` (row-major) of a floating tensor; F64 is rounded to the nearest float.
  public float floatAt(long index) {
    return switch (dtype()) {
      case F32 -> data.getAtIndex(LittleEndian.F32, checked(index));
      case F64 -> (float) data.getAtIndex(LittleEndian.F64, checked(index));
      case F16 -> Float.float16ToFloat(data.getAtIndex(LittleEndian.I16, checked(index)));
      case BF16 ->
          Float.intBitsToFloat(data.getAtIndex(LittleEndian.I16, checked(index)) << Short.SIZE);
      case I64, I32, I16, I8, U64, U32, U16, U8, BOOL, F8_E4M3, F8_E5M2 ->
          throw wrongKind("floating");
    };
  }

  /// The element at `index` (row-major) of a floating tensor, exactly.
  public double doubleAt(long index) {
    return dtype() == DType.F64
        ? data.getAtIndex(LittleEndian.F64, checked(index))
        : floatAt(index);
  }

  /// The element at `index` (row-major) of an integer tensor; an unsigned value beyond 2^63-1 is
  /// refused with [ArithmeticException].
  public long longAt(long index) {
    return switch (dtype()) {
      case I64 -> data.getAtIndex(LittleEndian.I64, checked(index));
      case I32 -> data.getAtIndex(LittleEndian.I32, checked(index));
      case I16 -> data.getAtIndex(LittleEndian.I16, checked(index));
      case I8 -> data.get(ValueLayout.JAVA_BYTE, checked(index));
      case U64 -> refuseNegative(data.getAtIndex(LittleEndian.I64, checked(index)), index);
      case U32 -> Integer.toUnsignedLong(data.getAtIndex(LittleEndian.I32, checked(index)));
      case U16 -> Short.toUnsignedLong(data.getAtIndex(LittleEndian.I16, checked(index)));
      case U8, BOOL -> Byte.toUnsignedLong(data.get(ValueLayout.JAVA_BYTE, checked(index)));
      case F64, F32, F16, BF16, F8_E4M3, F8_E5M2 -> throw wrongKind("integer");
    };
  }

  /// All values of a floating tensor as floats.
  public float[] toFloats() {
    float[] values = new float[arrayLength()];
    copyFloats(0, values, 0, values.length);
    return values;
  }

  /// All values of a floating tensor as doubles.
  public double[] toDoubles() {
    double[] values = new double[arrayLength()];
    copyDoubles(0, values, 0, values.length);
    return values;
  }

  /// All values of an integer tensor as longs.
  public long[] toLongs() {
    long[] values = new long[arrayLength()];
    copyLongs(0, values, 0, values.length);
    return values;
  }

  /// All values of an integer tensor as ints; a value that doesn't fit is refused with
  /// [ArithmeticException].
  public int[] toInts() {
    int[] values = new int[arrayLength()];
    if (dtype() == DType.I32) {
      MemorySegment.copy(data, LittleEndian.I32, 0, values, 0, values.length);
      return values;
    }
    for (int i = 0; i < values.length; i++) {
      long value = longAt(i);
      if (value != (int) value) {
        throw new ArithmeticException(
            "%s: value %d at %d exceeds 32 bits; read it with toLongs()".formatted(spec, value, i));
      }
      values[i] = (int) value;
    }
    return values;
  }

  /// The raw bytes of a tensor of any type.
  public byte[] toBytes() {
    if (data.byteSize() > Integer.MAX_VALUE - 8) {
      throw new IllegalStateException(
          spec + " is too large for one array; read it in pieces from data()");
    }
    return data.toArray(ValueLayout.JAVA_BYTE);
  }

  /// Copies `count` elements from `elementOffset` (row-major) of a floating tensor into `target`;
  /// allocates nothing.
  public void copyFloats(long elementOffset, float[] target, int targetOffset, int count) {
    checkRange(elementOffset, target.length, targetOffset, count);
    if (dtype() == DType.F32) {
      long byteOffset = elementOffset * Float.BYTES;
      MemorySegment.copy(data, LittleEndian.F32, byteOffset, target, targetOffset, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      target[targetOffset + i] = floatAt(elementOffset + i);
    }
  }

  /// Copies `count` elements from `elementOffset` (row-major) of a floating tensor into `target`;
  /// allocates nothing.
  public void copyDoubles(long elementOffset, double[] target, int targetOffset, int count) {
    checkRange(elementOffset, target.length, targetOffset, count);
    if (dtype() == DType.F64) {
      long byteOffset = elementOffset * Double.BYTES;
      MemorySegment.copy(data, LittleEndian.F64, byteOffset, target, targetOffset, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      target[targetOffset + i] = doubleAt(elementOffset + i);
    }
  }

  /// Copies `count` elements from `elementOffset` (row-major) of an integer tensor into `target`;
  /// allocates nothing.
  public void copyLongs(long elementOffset, long[] target, int targetOffset, int count) {
    checkRange(elementOffset, target.length, targetOffset, count);
    if (dtype() == DType.I64) {
      long byteOffset = elementOffset * Long.BYTES;
      MemorySegment.copy(data, LittleEndian.I64, byteOffset, target, targetOffset, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      target[targetOffset + i] = longAt(elementOffset + i);
    }
  }

  /// Adds name, type, shape and bytes to a digest, in this order.
  public void digest(ContentDigest digest) {
    long[] shape = shape();
    digest.add(name()).add(dtype().name()).add(shape, 0, shape.length).add(data);
  }

  @Override
  public String toString() {
    return spec.toString();
  }

  boolean hasShape(long[] expected) {
    long[] shape = shape();
    boolean same = shape.length == expected.length;
    for (int axis = 0; same && axis < shape.length; axis++) {
      same = expected[axis] == SafetensorsFile.ANY_SIZE || expected[axis] == shape[axis];
    }
    return same;
  }

  static String describe(DType dtype, long[] shape) {
    return dtype + Arrays.toString(shape).replace("-1", "any");
  }

  private long checked(long index) {
    return Objects.checkIndex(index, spec.elements());
  }

  private void checkRange(long elementOffset, int targetLength, int targetOffset, int count) {
    Objects.checkFromIndexSize(elementOffset, count, spec.elements());
    Objects.checkFromIndexSize(targetOffset, count, targetLength);
  }

  private int arrayLength() {
    if (elements() > Integer.MAX_VALUE - 8) {
      throw new IllegalStateException(
          spec + " is too large for one array; copy it in pieces, for example with copyFloats");
    }
    return (int) elements();
  }

  private long refuseNegative(long value, long index) {
    if (value < 0) {
      throw new ArithmeticException(
          "%s: value %s at %d exceeds 2^63-1".formatted(spec, Long.toUnsignedString(value), index));
    }
    return value;
  }

  private IllegalStateException wrongKind(String wanted) {
    String mend =
        dtype().isInteger() ? "toLongs()" : dtype().isFloating() ? "toFloats()" : "toBytes()";
    return new IllegalStateException(
        spec + " is read as " + wanted + " but isn't; use " + mend + " and its kin");
  }
}
