package dev.hstu.kernels.tables;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// A growing set of distinct UTF-8 strings, numbered in order of arrival.
final class Utf8Rows {
  private static final VarHandle LONG_AT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

  private final RowSlots slots = new RowSlots();
  private final StringColumn.Builder builder = new StringColumn.Builder();
  private StringColumn strings = builder.view();

  /// The strings in row order, valid until the next [#findOrAdd].
  StringColumn strings() {
    return strings;
  }

  int find(byte[] utf8) {
    return slots.row(slotOf(utf8));
  }

  /// The rows of many strings. The first loop's reads don't depend on each other, so that a
  /// processor has as many under way as it can.
  ///
  /// @param wanted null for what is in no table
  /// @param rows gets the row of each, -1 where it is unknown
  void findAll(byte[] @Nullable [] wanted, int[] rows) {
    for (int i = 0; i < wanted.length; i++) {
      byte @Nullable [] utf8 = wanted[i];
      rows[i] = utf8 == null ? -1 : slots.row(slots.first(hash(utf8, 0, utf8.length)));
    }
    for (int i = 0; i < wanted.length; i++) {
      byte @Nullable [] utf8 = wanted[i];
      // An empty first slot ended the search; another string there sends it on.
      if (utf8 != null && rows[i] >= 0 && !strings.rowEquals(rows[i], utf8)) {
        rows[i] = find(utf8);
      }
    }
  }

  /// The row of `utf8`, a new one when it is unknown.
  int findOrAdd(byte[] utf8) {
    int slot = slotOf(utf8);
    int row = slots.row(slot);
    if (row >= 0) {
      return row;
    }
    builder.add(utf8, 0, utf8.length);
    strings = builder.view();
    slots.add(slot, strings::hash);
    return strings.size() - 1;
  }

  void trim() {
    strings = builder.build();
  }

  private int slotOf(byte[] utf8) {
    int slot = slots.first(hash(utf8, 0, utf8.length));
    int row;
    while ((row = slots.row(slot)) >= 0 && !strings.rowEquals(row, utf8)) {
      slot = slots.next(slot);
    }
    return slot;
  }

  /// Multiply and fold, eight bytes a step; the length keeps zero-padded tails apart.
  static long hash(byte[] bytes, int offset, int length) {
    long h = length * MULTIPLIER;
    int i = offset;
    int end = offset + length;
    for (; i <= end - Long.BYTES; i += Long.BYTES) {
      h = mix(h ^ (long) LONG_AT.get(bytes, i));
    }
    long tail = 0;
    for (; i < end; i++) {
      tail = tail << Byte.SIZE | bytes[i] & 0xff;
    }
    return mix(h ^ tail);
  }

  private static long mix(long h) {
    long m = h * MULTIPLIER;
    return (m ^ m >>> 32) * MULTIPLIER;
  }
}
