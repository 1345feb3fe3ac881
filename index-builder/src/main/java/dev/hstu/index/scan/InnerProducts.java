package dev.hstu.index.scan;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.kernels.cpu.NativeProducts;
import dev.hstu.kernels.cpu.NativeSweep;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Inner products of queries with matrix rows, by the JDK Vector API.
///
/// The order of the additions is the same in every method and in compiled and interpreted code:
/// lane `l` sums columns `l, l + LANES, …` by fused multiply-add; the lanes are folded in halves;
/// the columns beyond the last whole vector follow one by one. So a score has the same bits
/// wherever it is computed, which `reduceLanes` doesn't promise. Against a sum in float64 the
/// difference is at most `dimension · 2⁻²³ · Σ|q·v|`. Another vector width (another machine) may
/// round otherwise.
///
/// Arguments are checked by the callers and by [VectorMatrix].
public final class InnerProducts {

  // Wider than 16 lanes the fold below would need more steps; no such hardware runs this today.
  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() > 16
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;

  private static final int LANES = SPECIES.length();

  private static final VectorShuffle<Float> BY_8 = rotation(8);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_1 = rotation(1);

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Whether rows picked all over are left to the compiled kernel, which adds in the same order.
  private static final boolean NATIVE =
      LANES == NativeProducts.LANES && ScanKernel.chosen() instanceof NativeSweep;

  private InnerProducts() {}

  /// What was chosen, for the log of a start.
  public static String description() {
    return "%d-bit vectors".formatted(SPECIES.vectorBitSize());
  }

  /// The product with one row.
  public static float ofRow(float[] query, VectorMatrix matrix, int row) {
    return ofRow(query, matrix.data(), matrix.offsetBytes(row), matrix.dimension());
  }

  /// The products with `count` rows from `first`, into `out[0..count-1]`.
  public static void ofRows(float[] query, VectorMatrix matrix, int first, int count, float[] out) {
    MemorySegment data = matrix.data();
    int dimension = matrix.dimension();
    long rowBytes = (long) dimension * Float.BYTES;
    long offset = matrix.offsetBytes(first);
    for (int r = 0; r < count; r++, offset += rowBytes) {
      out[r] = ofRow(query, data, offset, dimension);
    }
  }

  /// The products with rows picked all over, into `out[0..count-1]`.
  ///
  /// @param picked at least `[count]`, within the matrix
  public static void ofPicked(
      float[] query, VectorMatrix matrix, int[] picked, int count, float[] out) {
    if (NATIVE) {
      NativeProducts.ofRows(query, matrix.data(), matrix.dimension(), picked, count, out);
      return;
    }
    for (int i = 0; i < count; i++) {
      out[i] = ofRow(query, matrix, picked[i]);
    }
  }

  /// As [#ofRows] for four queries at once: each row is loaded once for all of them.
  public static void ofRowsByFour(
      float[] query0,
      float[] query1,
      float[] query2,
      float[] query3,
      VectorMatrix matrix,
      int first,
      int count,
      float[] out0,
      float[] out1,
      float[] out2,
      float[] out3) {
    MemorySegment data = matrix.data();
    int dimension = matrix.dimension();
    int whole = SPECIES.loopBound(dimension);
    long rowBytes = (long) dimension * Float.BYTES;
    long offset = matrix.offsetBytes(first);
    for (int r = 0; r < count; r++, offset += rowBytes) {
      FloatVector sum0 = FloatVector.zero(SPECIES);
      FloatVector sum1 = sum0;
      FloatVector sum2 = sum0;
      FloatVector sum3 = sum0;
      for (int c = 0; c < whole; c += LANES) {
        FloatVector row = load(data, offset, c);
        sum0 = FloatVector.fromArray(SPECIES, query0, c).fma(row, sum0);
        sum1 = FloatVector.fromArray(SPECIES, query1, c).fma(row, sum1);
        sum2 = FloatVector.fromArray(SPECIES, query2, c).fma(row, sum2);
        sum3 = FloatVector.fromArray(SPECIES, query3, c).fma(row, sum3);
      }
      out0[r] = fold(sum0);
      out1[r] = fold(sum1);
      out2[r] = fold(sum2);
      out3[r] = fold(sum3);
      for (int c = whole; c < dimension; c++) {
        float value = data.get(FLOAT, offset + (long) c * Float.BYTES);
        out0[r] = Math.fma(query0[c], value, out0[r]);
        out1[r] = Math.fma(query1[c], value, out1[r]);
        out2[r] = Math.fma(query2[c], value, out2[r]);
        out3[r] = Math.fma(query3[c], value, out3[r]);
      }
    }
  }

  /// The first position within `from..count-1` whose score may exceed `floor`, or `count`. Steps
  /// over whole vectors, so the score there may still be below.
  public static int nextAbove(float floor, float[] scores, int from, int count) {
    int position = from;
    while (position + LANES <= count
        && !FloatVector.fromArray(SPECIES, scores, position)
            .compare(VectorOperators.GT, floor)
            .anyTrue()) {
      position += LANES;
    }
    return position;
  }

  /// How many of `scores[from..to-1]` are above `floor`, or with `orEqual` at it or above.
  public static int countAbove(float floor, boolean orEqual, float[] scores, int from, int to) {
    int count = 0;
    int position = from;
    // The comparison is a constant of each loop, which the compiler needs to make it one
    // instruction.
    if (orEqual) {
      for (; position + LANES <= to; position += LANES) {
        FloatVector lanes = FloatVector.fromArray(SPECIES, scores, position);
        count += lanes.compare(VectorOperators.GE, floor).trueCount();
      }
    } else {
      for (; position + LANES <= to; position += LANES) {
        FloatVector lanes = FloatVector.fromArray(SPECIES, scores, position);
        count += lanes.compare(VectorOperators.GT, floor).trueCount();
      }
    }
    for (; position < to; position++) {
      count += scores[position] > floor || (orEqual && scores[position] == floor) ? 1 : 0;
    }
    return count;
  }

  private static float ofRow(float[] query, MemorySegment data, long offset, int dimension) {
    int whole = SPECIES.loopBound(dimension);
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int c = 0; c < whole; c += LANES) {
      sum = FloatVector.fromArray(SPECIES, query, c).fma(load(data, offset, c), sum);
    }
    float product = fold(sum);
    for (int c = whole; c < dimension; c++) {
      product = Math.fma(query[c], data.get(FLOAT, offset + (long) c * Float.BYTES), product);
    }
    return product;
  }

  private static FloatVector load(MemorySegment data, long rowOffset, int column) {
    return FloatVector.fromMemorySegment(
        SPECIES, data, rowOffset + (long) column * Float.BYTES, ByteOrder.LITTLE_ENDIAN);
  }

  private static float fold(FloatVector lanes) {
    FloatVector sum = lanes;
    if (LANES >= 16) {
      sum = sum.add(sum.rearrange(BY_8));
    }
    if (LANES >= 8) {
      sum = sum.add(sum.rearrange(BY_4));
    }
    if (LANES >= 4) {
      sum = sum.add(sum.rearrange(BY_2));
    }
    return sum.add(sum.rearrange(BY_1)).lane(0);
  }

  private static VectorShuffle<Float> rotation(int lanes) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane + lanes) % LANES);
  }
}
