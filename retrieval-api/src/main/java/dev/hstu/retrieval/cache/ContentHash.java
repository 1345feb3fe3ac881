package dev.hstu.retrieval.cache;

import java.security.SecureRandom;

/// A hash over the content of a key, of one multiplication a value. Its seed is drawn anew by each
/// process, so that a client can't make histories whose keys collide.
final class ContentHash {

  private static final long SEED = new SecureRandom().nextLong();

  /// An odd number without a pattern, 2^64 over the golden ratio (Fibonacci hashing).
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private long state = SEED;

  ContentHash add(long value) {
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

  int value() {
    return Long.hashCode(state * SPREAD);
  }
}
