package dev.hstu.kernels.cpu;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/// Float32 products of a query with rows picked all over a matrix, by `hstu_products_of_rows` of
/// `src/main/native/cpu`: it fetches rows ahead of their use, which Java has no word for. Runs
/// where [NativeSweep] does.
public final class NativeProducts {

  /// Lanes that are summed apart and folded in halves at the end; code that uses as many has the
  /// same bits.
  public static final int LANES = 16;

  private static final MethodHandle PRODUCTS =
      CpuLibrary.function(
          "hstu_products_of_rows",
          FunctionDescriptor.ofVoid(
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS),
          // Runs for some ten microseconds, on arrays of the heap.
          Linker.Option.critical(true));

  private NativeProducts() {}

  /// The products with some rows, into `out[0..count-1]`.
  ///
  /// @param vectors float32 `[rows][dimension]`
  /// @param dimension the length of `query`, or less
  /// @param picked `[count]`, within the matrix
  /// @throws IndexOutOfBoundsException when a row isn't in the matrix or an array is too short
  /// @throws ExceptionInInitializerError where the library can't be loaded
  public static void ofRows(
      float[] query, MemorySegment vectors, int dimension, int[] picked, int count, float[] out) {
    Objects.checkFromToIndex(0, dimension, query.length);
    Objects.checkFromToIndex(0, count, out.length);
    int rows = (int) (vectors.byteSize() / ((long) dimension * Float.BYTES));
    for (int i = 0; i < count; i++) {
      Objects.checkIndex(picked[i], rows);
    }
    try {
      PRODUCTS.invokeExact(
          vectors,
          dimension,
          MemorySegment.ofArray(picked),
          count,
          MemorySegment.ofArray(query),
          MemorySegment.ofArray(out));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the kernel declares no exception", e);
    }
  }
}
