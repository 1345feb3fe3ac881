package dev.hstu.kernels.cpu;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Lists of int8 codes, each in native memory of its own, behind partitions: what a sweep needs to
/// visit one list after the other in one call. Immutable, and keeps the memory alive.
public final class CodeLists {

  /// One list. Further rows may be written behind the last while it is swept.
  ///
  /// @param codes native memory that holds [CodeBlocks] of `count` rows
  /// @param rows native memory that holds int32 `[count]` in the processor's byte order: the number
  ///     of each row, not negative
  /// @param count may be 0
  /// @param scale the value of one step of a code
  public record CodeList(MemorySegment codes, MemorySegment rows, int count, float scale) {}

  /// No lists.
  public static final CodeLists NONE = new CodeLists(1, new CodeList[0]);

  private final int dimension;

  /// Whose memory the addresses are of.
  private final @Nullable CodeList[] lists;

  final long[] codes;
  final long[] rows;
  final int[] counts;
  final float[] scales;

  private CodeLists(int dimension, @Nullable CodeList[] lists) {
    this.dimension = dimension;
    this.lists = lists;
    this.codes = new long[lists.length];
    this.rows = new long[lists.length];
    this.counts = new int[lists.length];
    this.scales = new float[lists.length];
    for (int i = 0; i < lists.length; i++) {
      @Nullable CodeList list = lists[i];
      if (list != null) {
        require(list, i);
        codes[i] = list.codes.address();
        rows[i] = list.rows.address();
        counts[i] = list.count;
        scales[i] = list.scale;
      }
    }
  }

  /// Lists by number.
  ///
  /// @param dimension 1..[CodeBlocks#MAX_DIMENSION]
  /// @param lists null for an empty one; not copied, and must not change
  public static CodeLists of(int dimension, @Nullable CodeList[] lists) {
    return new CodeLists(dimension, lists);
  }

  private void require(CodeList list, int number) {
    long codeBytes = CodeBlocks.count(list.count) * CodeBlocks.blockBytes(dimension);
    long rowBytes = (long) list.count * Integer.BYTES;
    if (list.count < 0
        || !list.codes.isNative()
        || !list.rows.isNative()
        || list.codes.byteSize() < codeBytes
        || list.rows.byteSize() < rowBytes) {
      throw new IllegalArgumentException(
          "list %d of %d rows has %d bytes of codes and %d of numbers; must have %d and %d, native"
              .formatted(
                  number,
                  list.count,
                  list.codes.byteSize(),
                  list.rows.byteSize(),
                  codeBytes,
                  rowBytes));
    }
  }

  /// The number of lists, empty ones included.
  public int count() {
    return lists.length;
  }

  /// The length of the rows.
  public int dimension() {
    return dimension;
  }
}
