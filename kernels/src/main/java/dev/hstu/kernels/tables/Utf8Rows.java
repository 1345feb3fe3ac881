package dev.hstu.kernels.tables;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

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
