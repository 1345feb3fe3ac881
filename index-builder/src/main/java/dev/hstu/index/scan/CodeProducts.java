package dev.hstu.index.scan;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Exact integer inner products of a query's codes with blocks of [#ROWS] rows of int8 codes, by
/// the JDK Vector API, which has no instruction for int8 products.
///
/// A block is stored column by column, int8 `[dimension][ROWS]`, so that a lane is a row and
/// nothing is summed across lanes. Query codes stay within ±[#MAX_QUERY_CODE] and row codes within
/// ±[#MAX_ROW_CODE], so that [#COLUMNS_PER_WIDENING] products fit the sum of an int16 lane before
/// it is widened to int32: 4 · 63 · 127 = 32,004 < 2¹⁵.
///
/// Arguments are checked by the callers.
public final class CodeProducts {

  /// Rows of a block: the int16 lanes of the widest vectors there are.
  public static final int ROWS = 32;

  /// Largest magnitude of a query's code.
  public static final int MAX_QUERY_CODE = 63;

  /// Largest magnitude of a row's code.
  public static final int MAX_ROW_CODE = 127;

  private static final int COLUMNS_PER_WIDENING = 4;

  private static final VectorSpecies<Short> SHORTS =
      ShortVector.SPECIES_PREFERRED.length() > ROWS
          ? ShortVector.SPECIES_512
          : ShortVector.SPECIES_PREFERRED;

  private static final int LANES = SHORTS.length();

  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SHORTS.vectorBitSize() / 2));

  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, SHORTS.vectorShape());

  private CodeProducts() {}

  /// The products with one block, into `out[0..ROWS-1]`.
  ///
  /// @param query int16 `[dimension]`, within ±[#MAX_QUERY_CODE]
  /// @param codes holds int8 `[dimension][ROWS]` at `offset`, within ±[#MAX_ROW_CODE]
  public static void ofBlock(
      short[] query, int dimension, MemorySegment codes, long offset, int[] out) {
    for (int row = 0; row < ROWS; row += LANES) {
      ofLanes(query, dimension, codes, offset + row, out, row);
    }
  }

  private static void ofLanes(
      short[] query, int dimension, MemorySegment codes, long offset, int[] out, int outOffset) {
    IntVector low = IntVector.zero(INTS);
    IntVector high = low;
    int c = 0;
    for (; c + COLUMNS_PER_WIDENING <= dimension; c += COLUMNS_PER_WIDENING) {
      long at = offset + (long) c * ROWS;
      ShortVector sum =
          load(codes, at)
              .mul(query[c])
              .add(load(codes, at + ROWS).mul(query[c + 1]))
              .add(
                  load(codes, at + 2 * ROWS)
                      .mul(query[c + 2])
                      .add(load(codes, at + 3 * ROWS).mul(query[c + 3])));
      low = low.add(widen(sum, 0));
      high = high.add(widen(sum, 1));
    }
    for (; c < dimension; c++) {
      ShortVector product = load(codes, offset + (long) c * ROWS).mul(query[c]);
      low = low.add(widen(product, 0));
      high = high.add(widen(product, 1));
    }
    low.intoArray(out, outOffset);
    high.intoArray(out, outOffset + LANES / 2);
  }

  private static ShortVector load(MemorySegment codes, long at) {
    return (ShortVector)
        ByteVector.fromMemorySegment(BYTES, codes, at, ByteOrder.LITTLE_ENDIAN)
            .convertShape(VectorOperators.B2S, SHORTS, 0);
  }

  private static IntVector widen(ShortVector sum, int half) {
    return (IntVector) sum.convertShape(VectorOperators.S2I, INTS, half);
  }
}
