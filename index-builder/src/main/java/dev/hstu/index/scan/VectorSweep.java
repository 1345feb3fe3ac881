package dev.hstu.index.scan;

import dev.hstu.kernels.cpu.CodeBlocks;
import dev.hstu.kernels.cpu.Int8Sweep;
import dev.hstu.kernels.cpu.SweepBuffers;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Objects;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// [Int8Sweep] by the JDK Vector API, which has no instruction for int8 products: two neighbouring
/// codes are drawn out of each int16 lane by shifts, and the sum of their two products,
/// 2 · 127 · 127 = 32,258 at most, fits the lane before it is widened to int32.
final class VectorSweep implements Int8Sweep {

  private static final VectorShape SHAPE =
      ShortVector.SPECIES_PREFERRED.vectorBitSize() > 512
          ? VectorShape.S_512_BIT
          : ShortVector.SPECIES_PREFERRED.vectorShape();

  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);

  /// Rows of one vector: each has a group of four codes in it.
  private static final int LANES = INTS.length();

  private static final int GROUP_BYTES = CodeBlocks.ROWS * CodeBlocks.COLUMNS;

  /// Queries that share the loads and shifts of a vector.
  private static final int TILE = 4;

  @Override
  public void sweep(
      MemorySegment codes, long offsetBytes, long nextOffsetBytes, int rows, SweepBuffers buffers) {
    Objects.checkFromToIndex(0, rows, buffers.maxRows());
    buffers.clear();
    long blockBytes = CodeBlocks.blockBytes(buffers.dimension());
    for (int first = 0; first < rows; first += CodeBlocks.ROWS) {
      long offset = offsetBytes + first / CodeBlocks.ROWS * blockBytes;
      for (int row = 0; row < CodeBlocks.ROWS && first + row < rows; row += LANES) {
        sweepLanes(codes, offset + (long) row * CodeBlocks.COLUMNS, first + row, rows, buffers);
      }
    }
  }

  private static void sweepLanes(
      MemorySegment codes, long offset, int first, int rows, SweepBuffers buffers) {
    int query = 0;
    for (; query + TILE <= buffers.queries(); query += TILE) {
      sweepByFour(codes, offset, first, rows, query, buffers);
    }
    for (; query < buffers.queries(); query++) {
      sweepOne(codes, offset, first, rows, query, buffers);
    }
  }

  private static void sweepOne(
      MemorySegment codes, long offset, int first, int rows, int query, SweepBuffers buffers) {
    IntVector sum = IntVector.zero(INTS);
    int groups = CodeBlocks.groups(buffers.dimension());
    for (int g = 0; g < groups; g++) {
      ShortVector pairs = load(codes, offset + (long) g * GROUP_BYTES);
      sum = sum.add(products(even(pairs), odd(pairs), buffers.queryGroup(query, g)));
    }
    giveOut(sum, first, rows, query, buffers);
  }

  private static void sweepByFour(
      MemorySegment codes, long offset, int first, int rows, int query, SweepBuffers buffers) {
    IntVector sum0 = IntVector.zero(INTS);
    IntVector sum1 = sum0;
    IntVector sum2 = sum0;
    IntVector sum3 = sum0;
    int groups = CodeBlocks.groups(buffers.dimension());
    for (int g = 0; g < groups; g++) {
      ShortVector pairs = load(codes, offset + (long) g * GROUP_BYTES);
      ShortVector even = even(pairs);
      ShortVector odd = odd(pairs);
      sum0 = sum0.add(products(even, odd, buffers.queryGroup(query, g)));
      sum1 = sum1.add(products(even, odd, buffers.queryGroup(query + 1, g)));
      sum2 = sum2.add(products(even, odd, buffers.queryGroup(query + 2, g)));
      sum3 = sum3.add(products(even, odd, buffers.queryGroup(query + 3, g)));
    }
    giveOut(sum0, first, rows, query, buffers);
    giveOut(sum1, first, rows, query + 1, buffers);
    giveOut(sum2, first, rows, query + 2, buffers);
    giveOut(sum3, first, rows, query + 3, buffers);
  }

  /// The sum of a row's four products in each int32 lane.
  ///
  /// @param columns the query's four codes, the first in the lowest byte
  private static IntVector products(ShortVector even, ShortVector odd, int columns) {
    ShortVector query = IntVector.broadcast(INTS, columns).reinterpretAsShorts();
    IntVector sums = even.mul(even(query)).add(odd.mul(odd(query))).reinterpretAsInts();
    return sums.lanewise(VectorOperators.LSHL, Short.SIZE)
        .lanewise(VectorOperators.ASHR, Short.SIZE)
        .add(sums.lanewise(VectorOperators.ASHR, Short.SIZE));
  }

  /// The lower byte of each lane, signed.
  private static ShortVector even(ShortVector pairs) {
    return odd(pairs.lanewise(VectorOperators.LSHL, Byte.SIZE));
  }

  /// The upper byte of each lane, signed.
  private static ShortVector odd(ShortVector pairs) {
    return pairs.lanewise(VectorOperators.ASHR, Byte.SIZE);
  }

  private static ShortVector load(MemorySegment codes, long at) {
    return ByteVector.fromMemorySegment(BYTES, codes, at, ByteOrder.LITTLE_ENDIAN)
        .reinterpretAsShorts();
  }

  private static void giveOut(
      IntVector products, int first, int rows, int query, SweepBuffers buffers) {
    int floor = buffers.floor(first / CodeBlocks.ROWS, query);
    long reached = products.compare(VectorOperators.GE, floor).toLong();
    while (reached != 0) {
      int lane = Long.numberOfTrailingZeros(reached);
      if (first + lane < rows) {
        buffers.add(query, first + lane, products.lane(lane));
      }
      reached &= reached - 1;
    }
  }

  @Override
  public String description() {
    return "Vector API, %d-bit vectors".formatted(SHAPE.vectorBitSize());
  }
}
