package dev.hstu.retrieval.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A request's bytes as a key: equal bytes ask for the same. The hash is taken once, eight bytes a
/// step, from a seed that each process draws anew, so that a client can't make bodies collide.
final class RequestBody {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long SEED = new SecureRandom().nextLong();

  /// An odd number without a pattern, 2^64 over the golden ratio (Fibonacci hashing).
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private static final int OVERHEAD_BYTES = 40;

  private final byte[] bytes;
  private final int hash;

  /// @param bytes shared and not to be changed any more
  RequestBody(byte[] bytes) {
    this.bytes = bytes;
    this.hash = hash(bytes);
  }

  /// Heap taken.
  int weight() {
    return OVERHEAD_BYTES + bytes.length;
  }

  private static int hash(byte[] bytes) {
    long state = SEED ^ bytes.length;
    int i = 0;
    for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
      state = mixed(state, (long) LONGS.get(bytes, i));
    }
    for (; i < bytes.length; i++) {
      state = mixed(state, bytes[i]);
    }
    return Long.hashCode(state * SPREAD);
  }

  private static long mixed(long state, long value) {
    long product = (state ^ value) * SPREAD;
    return product ^ (product >>> 32);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof RequestBody body
            && hash == body.hash
            && Arrays.equals(bytes, body.bytes));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
