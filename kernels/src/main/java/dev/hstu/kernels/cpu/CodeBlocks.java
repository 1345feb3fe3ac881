package dev.hstu.kernels.cpu;

/// How int8 codes lie in memory for a sweep: in blocks of [#ROWS] rows, each block by groups of
/// [#COLUMNS] columns, each group row by row: int8 `[⌈rows/16⌉][⌈dimension/4⌉][16][4]`. So the
/// instruction that multiplies and sums four neighbouring bytes leaves one sum a row, and nothing
/// is summed across lanes. What fills up the last block and the last group is zero.
public final class CodeBlocks {

  /// Rows of a block: the int32 lanes of a 512-bit register.
  public static final int ROWS = 16;

  /// Columns of a group.
  public static final int COLUMNS = 4;

  /// Largest magnitude of a code, of rows and of queries.
  public static final int MAX_CODE = 127;

  /// Longest rows, so that no product leaves int32 by far.
  public static final int MAX_DIMENSION = 1 << 14;

  /// 1.5 · 2²³: adding it rounds a small float32 to an integer.
  private static final float TO_INTEGER = 0x1.8p23f;

  private CodeBlocks() {}

  /// The code of a value: the nearest, or next to it where the inverse was rounded.
  public static byte code(float value, float inverseStep) {
    float code = value * inverseStep + TO_INTEGER - TO_INTEGER;
    return (byte) Math.max(-MAX_CODE, Math.min(MAX_CODE, code));
  }

  /// How many blocks hold so many rows.
  public static int count(int rows) {
    return Math.ceilDiv(rows, ROWS);
  }

  /// How many groups hold so many columns.
  public static int groups(int dimension) {
    return Math.ceilDiv(dimension, COLUMNS);
  }

  /// The size of one block.
  public static long blockBytes(int dimension) {
    return (long) groups(dimension) * ROWS * COLUMNS;
  }

  /// Where a code lies within its block.
  public static int offsetInBlock(int row, int column) {
    return (column / COLUMNS * ROWS + row % ROWS) * COLUMNS + column % COLUMNS;
  }
}
