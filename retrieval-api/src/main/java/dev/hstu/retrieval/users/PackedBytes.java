package dev.hstu.retrieval.users;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Numbers and texts one after the other in as few bytes as they take; written here, read by
/// [PackedReader]. Numbers are varints: seven bits a byte, the least first. For one thread.
final class PackedBytes {

  private static final int LEAST_BYTES = 64;
  private static final int LOW_BITS = 0x7F;
  private static final int MORE = 0x80;
  private static final int BITS = 7;

  private byte[] bytes = new byte[LEAST_BYTES];
  private int size;

  /// @param value taken as unsigned
  PackedBytes number(long value) {
    long left = value;
    while ((left & ~LOW_BITS) != 0) {
      octet((int) (left & LOW_BITS | MORE));
      left >>>= BITS;
    }
    return octet((int) left);
  }

  PackedBytes octet(int value) {
    room(1);
    bytes[size++] = (byte) value;
    return this;
  }

  PackedBytes text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return number(utf8.length).raw(utf8);
  }

  PackedBytes float32(float value) {
    int bits = Float.floatToIntBits(value);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      octet(bits >>> shift);
    }
    return this;
  }

  PackedBytes raw(byte[] more) {
    room(more.length);
    System.arraycopy(more, 0, bytes, size, more.length);
    size += more.length;
    return this;
  }

  byte[] toArray() {
    return Arrays.copyOf(bytes, size);
  }

  private void room(int count) {
    if (size + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + count, 2 * bytes.length));
    }
  }
}
