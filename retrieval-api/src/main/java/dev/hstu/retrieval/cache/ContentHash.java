package dev.hstu.retrieval.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/// A hash over the content of a key, of one multiplication a value. Its seed is drawn anew by each
/// process, so that a client can't make histories whose keys collide.
public final class ContentHash {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long SEED = new SecureRandom().nextLong();

  /// An odd number without a pattern, 2^64 over the golden ratio (Fibonacci hashing).
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private long state = SEED;

  /// Adds one value.
  public ContentHash add(long value) {
    long mixed = (state ^ value) * SPREAD;
    state = mixed ^ (mixed >>> 32);
    return this;
  }

  /// The length counts too, so that two lists one after another can't be cut elsewhere.
  ContentHash add(int[] values) {
    add(values.length);
    for (int value : values) {
      add(value);
    }
    return this;
  }

  ContentHash add(long[] values) {
    add(values.length);
    for (long value : values) {
      add(value);
    }
    return this;
  }

  /// Eight bytes a step, and the rest one by one; the length counts too.
  public ContentHash add(byte[] values) {
    add(values.length);
    int i = 0;
    for (; i + Long.BYTES <= values.length; i += Long.BYTES) {
      add((long) LONGS.get(values, i));
    }
    for (; i < values.length; i++) {
      add(values[i]);
    }
    return this;
  }

  /// The hash of what was added.
  public int value() {
    return Long.hashCode(state * SPREAD);
  }
}
