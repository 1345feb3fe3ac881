package dev.hstu.kernels.safetensors;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What a tensor is, without its values: name, element type and shape. Immutable.
public final class TensorSpec {
  /// The header's key for metadata, hence no tensor's name.
  static final String METADATA_KEY = "__metadata__";

  private final String name;
  private final DType dtype;
  private final long[] shape;
  private final long elements;

  /// A tensor of row-major `shape` (copied); no dimensions means one value.
  public TensorSpec(String name, DType dtype, long... shape) {
    if (name.equals(METADATA_KEY)) {
      throw new IllegalArgumentException(
          "name=" + name + " is the header's own key; give the tensor another name");
    }
    this.name = name;
    this.dtype = dtype;
    this.shape = shape.clone();
    this.elements = countElements(name, dtype, shape);
  }

  /// The same tensor among others of its kind: `prefix` stands before its name.
  public TensorSpec withPrefix(String prefix) {
    return new TensorSpec(prefix + name, dtype, shape);
  }

  /// The tensor's name.
  public String name() {
    return name;
  }

  /// The tensor's element type.
  public DType dtype() {
    return dtype;
  }

  /// A copy of the dimensions, outermost first.
  public long[] shape() {
    return shape.clone();
  }

  /// The number of elements: the product of the dimensions.
  public long elements() {
    return elements;
  }

  /// The size of the values in bytes.
  public long byteSize() {
    return elements * dtype.bytes();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TensorSpec that
        && name.equals(that.name)
        && dtype == that.dtype
        && Arrays.equals(shape, that.shape);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * name.hashCode() + dtype.hashCode()) + Arrays.hashCode(shape);
  }

  @Override
  public String toString() {
    return name + " " + dtype + Arrays.toString(shape);
  }

  private static long countElements(String name, DType dtype, long[] shape) {
    long elements = 1;
    try {
      for (long dimension : shape) {
        if (dimension < 0) {
          throw new IllegalArgumentException(
              "tensor '" + name + "': dimension " + dimension + " must be at least 0");
        }
        elements = Math.multiplyExact(elements, dimension);
      }
      Math.multiplyExact(elements, dtype.bytes());
      return elements;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "tensor '" + name + "': shape " + Arrays.toString(shape) + " exceeds 2^63 bytes", e);
    }
  }
}
