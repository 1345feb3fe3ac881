package dev.hstu.index.scan;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.kernels.cpu.CodeBlocks;
import dev.hstu.kernels.cpu.SweepBuffers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// int8 codes of the rows of a matrix, in native memory, with a bound on what they leave out, so
/// that a sweep of the codes can tell which rows can't reach a score.
///
/// A block of 16 rows shares a step s, the block's largest magnitude over 127; a row v is coded as
/// `c = round(v / s)`. With the query `q = t·d + e` (t its step, d its codes, e what they leave
/// out) and `v = s·c + r`,
///
/// `q·v = t·s·(d·c) + e·(s·c) + q·r`, so by the Cauchy-Schwarz inequality
/// `|q·v − t·s·(d·c)| <= ‖e‖·‖s·c‖ + ‖q‖·‖r‖`.
///
/// Of each block the largest `‖s·c‖` and `‖r‖` are kept. The bound holds for the float32 score of
/// [InnerProducts] too, whose rounding is taken in. Immutable; any thread may read.
public final class CodedVectors {

  private static final VectorSpecies<Float> FLOATS =
      FloatVector.SPECIES_PREFERRED.length() > CodeBlocks.ROWS
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;

  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, FLOATS.vectorShape());

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long ALIGNMENT_BYTES = 64;

  /// Room for the rounding of the bounds themselves.
  private static final double ROUNDED_UP = 1 + 1e-6;

  /// Rounding of a float32 score over `‖q‖·‖v‖`: at most `dimension · 2⁻²³` (see [InnerProducts]).
  private static final float SCORE_ROUNDING = 0x1p-23f;

  /// Rounding of a floor computed in float32, over its magnitude, …
  private static final float FLOOR_ROUNDING = 0x1p-20f;

  /// … and two for its conversion to an integer, which cuts towards zero.
  private static final float FLOOR_CUT = 2;

  private final int rows;
  private final int dimension;
  private final MemorySegment codes;
  private final float[] steps;
  private final float[] inverseSteps;
  private final float[] norms;
  private final float[] errors;

  private CodedVectors(int rows, int dimension) {
    this.rows = rows;
    this.dimension = dimension;
    int blocks = CodeBlocks.count(rows);
    long bytes = blocks * CodeBlocks.blockBytes(dimension);
    this.codes = Arena.ofAuto().allocate(Math.max(1, bytes), ALIGNMENT_BYTES).asSlice(0, bytes);
    this.steps = new float[blocks];
    this.inverseSteps = new float[blocks];
    this.norms = new float[blocks];
    this.errors = new float[blocks];
  }

  /// Codes the rows of a matrix: one pass over it, some 0.2 µs a row of 64 values.
  public static CodedVectors of(VectorMatrix vectors) {
    CodedVectors coded = new CodedVectors(vectors.rows(), vectors.dimension());
    float[] block = new float[CodeBlocks.ROWS * vectors.dimension()];
    byte[] codes = new byte[(int) CodeBlocks.blockBytes(vectors.dimension())];
    for (int first = 0; first < vectors.rows(); first += CodeBlocks.ROWS) {
      int count = Math.min(CodeBlocks.ROWS, vectors.rows() - first);
      MemorySegment.copy(
          vectors.data(), FLOAT, vectors.offsetBytes(first), block, 0, count * vectors.dimension());
      coded.code(block, first / CodeBlocks.ROWS, count, codes);
    }
    return coded;
  }

  /// @param values float `[count][dimension]`
  /// @param coded scratch of one block
  private void code(float[] values, int block, int count, byte[] coded) {
    float largest = 0;
    for (int i = 0; i < count * dimension; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    float step = CodedQuery.step(largest);
    steps[block] = step;
    inverseSteps[block] = 1 / step;
    Arrays.fill(coded, (byte) 0);
    float mostSquares = 0;
    float mostErrors = 0;
    for (int row = 0; row < count; row++) {
      float squares = 0;
      float errorSquares = 0;
      for (int c = 0; c < dimension; c++) {
        float value = values[row * dimension + c];
        byte code = CodeBlocks.code(value, inverseSteps[block]);
        coded[CodeBlocks.offsetInBlock(row, c)] = code;
        float decoded = step * code;
        float error = value - decoded;
        squares += Math.max(decoded * decoded, value * value);
        errorSquares += error * error;
      }
      mostSquares = Math.max(mostSquares, squares);
      mostErrors = Math.max(mostErrors, errorSquares);
    }
    norms[block] = roundedUpRoot(mostSquares);
    // What rounding makes of the differences themselves is within half an ulp of the values.
    errors[block] = roundedUpRoot(mostErrors) + norms[block] * 0x1p-22f;
    MemorySegment.copy(coded, 0, codes, ValueLayout.JAVA_BYTE, offsetBytes(block), coded.length);
  }

  /// The length, from a float32 sum of squares that may have been rounded at every addition.
  private float roundedUpRoot(float squares) {
    return (float) Math.sqrt(squares * (1 + dimension * 0x1p-22) + dimension * Float.MIN_NORMAL);
  }

  /// The number of rows.
  public int rows() {
    return rows;
  }

  /// The length of the rows.
  public int dimension() {
    return dimension;
  }

  /// All blocks, as [CodeBlocks] lays them out.
  public MemorySegment codes() {
    return codes;
  }

  /// The step of each block; not to be changed.
  public float[] steps() {
    return steps;
  }

  /// Where a block begins.
  public long offsetBytes(int block) {
    return block * CodeBlocks.blockBytes(dimension);
  }

  /// The native memory taken.
  public long bytes() {
    return codes.byteSize();
  }

  /// Sets the floors of a query for some blocks: products below cannot belong to a row whose score
  /// is at least `floor`.
  ///
  /// @param floor a score, or negative infinity where every row is wanted
  /// @param firstBlock of the sweep to come
  /// @param buffers with a floor per block
  public void setFloors(
      CodedQuery query,
      int queryNumber,
      float floor,
      int firstBlock,
      int blocks,
      SweepBuffers buffers) {
    float ofError = query.norm();
    float ofNorm =
        (float) ((query.error() + query.norm() * dimension * SCORE_ROUNDING) * ROUNDED_UP);
    float inverseStep = 1 / query.step();
    float lowered = floor - Math.abs(floor) * FLOOR_ROUNDING - dimension * Float.MIN_NORMAL;
    MemorySegment floors = buffers.floors();
    long at = (long) queryNumber * CodeBlocks.count(buffers.maxRows());
    int b = 0;
    for (; b + FLOATS.length() <= blocks; b += FLOATS.length()) {
      int from = firstBlock + b;
      FloatVector slack =
          FloatVector.fromArray(FLOATS, errors, from)
              .mul(ofError)
              .add(FloatVector.fromArray(FLOATS, norms, from).mul(ofNorm))
              .mul(1 + FLOOR_ROUNDING);
      FloatVector product =
          slack
              .neg()
              .add(lowered)
              .mul(FloatVector.fromArray(FLOATS, inverseSteps, from))
              .mul(inverseStep);
      FloatVector cut = product.sub(product.abs().mul(FLOOR_ROUNDING).add(FLOOR_CUT));
      ((IntVector) cut.convertShape(VectorOperators.F2I, INTS, 0))
          .intoMemorySegment(floors, (at + b) * Integer.BYTES, ByteOrder.nativeOrder());
    }
    for (; b < blocks; b++) {
      int from = firstBlock + b;
      float slack = (errors[from] * ofError + norms[from] * ofNorm) * (1 + FLOOR_ROUNDING);
      float product = (lowered - slack) * inverseSteps[from] * inverseStep;
      float cut = product - (Math.abs(product) * FLOOR_ROUNDING + FLOOR_CUT);
      floors.setAtIndex(ValueLayout.JAVA_INT, at + b, (int) cut);
    }
  }

  /// The least product of codes that only a row of this block whose score is above `floor` can
  /// have: the other side of [#setFloors]. Rows between the two are to be scored.
  public int certainProduct(CodedQuery query, float floor, int block) {
    float ofNorm =
        (float) ((query.error() + query.norm() * dimension * SCORE_ROUNDING) * ROUNDED_UP);
    float slack = (errors[block] * query.norm() + norms[block] * ofNorm) * (1 + FLOOR_ROUNDING);
    float raised = floor + Math.abs(floor) * FLOOR_ROUNDING + dimension * Float.MIN_NORMAL;
    float product = (raised + slack) * inverseSteps[block] * (1 / query.step());
    return (int) Math.ceil(product + Math.abs(product) * FLOOR_ROUNDING + FLOOR_CUT);
  }

  /// Of the rows a sweep gave out for a query, the places of those whose product is below
  /// `certain`.
  ///
  /// @param places at least as long as the sweep gave out rows
  /// @return how many there are
  public static int placesBelow(int certain, int queryNumber, SweepBuffers buffers, int[] places) {
    int given = buffers.count(queryNumber);
    long at = (long) queryNumber * buffers.maxRows();
    int found = 0;
    int i = 0;
    for (; i + INTS.length() <= given; i += INTS.length()) {
      IntVector products =
          IntVector.fromMemorySegment(
              INTS, buffers.products(), (at + i) * Integer.BYTES, ByteOrder.nativeOrder());
      long below = products.lt(certain).toLong();
      while (below != 0) {
        places[found++] = i + Long.numberOfTrailingZeros(below);
        below &= below - 1;
      }
    }
    for (; i < given; i++) {
      if (buffers.product(queryNumber, i) < certain) {
        places[found++] = i;
      }
    }
    return found;
  }

  /// Estimates of the scores of a query, without the bound, from a sweep that gave every row out.
  ///
  /// @param firstRow of that sweep, a multiple of 16
  /// @param out at least `[rows]`; filled from `firstRow` on
  public void estimate(
      CodedQuery query, int queryNumber, int firstRow, SweepBuffers buffers, float[] out) {
    int count = buffers.count(queryNumber);
    long at = (long) queryNumber * buffers.maxRows();
    int i = 0;
    for (; i + FLOATS.length() <= count; i += FLOATS.length()) {
      // A block is one vector or several.
      float step = steps[(firstRow + i) / CodeBlocks.ROWS] * query.step();
      IntVector products =
          IntVector.fromMemorySegment(
              INTS, buffers.products(), (at + i) * Integer.BYTES, ByteOrder.nativeOrder());
      ((FloatVector) products.convertShape(VectorOperators.I2F, FLOATS, 0))
          .mul(step)
          .intoArray(out, firstRow + i);
    }
    for (; i < count; i++) {
      float step = steps[(firstRow + i) / CodeBlocks.ROWS] * query.step();
      out[firstRow + i] = step * buffers.product(queryNumber, i);
    }
  }
}
