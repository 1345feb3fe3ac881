package dev.hstu.retrieval.users;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/// Reads what [PackedBytes] wrote, in its order. For one thread.
final class PackedReader {

  private static final int LOW_BITS = 0x7F;
  private static final int BITS = 7;

  private final byte[] bytes;
  private int at;

  PackedReader(byte[] bytes) {
    this.bytes = bytes;
  }

  boolean hasMore() {
    return at < bytes.length;
  }

  /// @throws IndexOutOfBoundsException where the bytes end early, as every method here
  long number() {
    long value = 0;
    int shift = 0;
    int octet;
    do {
      octet = octet();
      value |= (long) (octet & LOW_BITS) << shift;
      shift += BITS;
    } while (octet > LOW_BITS);
    return value;
  }

  int octet() {
    return Byte.toUnsignedInt(bytes[at++]);
  }

  String text() {
    int length = length();
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  float float32() {
    int bits = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      bits |= octet() << shift;
    }
    return Float.intBitsToFloat(bits);
  }

  /// All that is left.
  byte[] rest() {
    byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
    at = bytes.length;
    return rest;
  }

  private int length() {
    long length = number();
    Objects.checkFromIndexSize(at, Math.toIntExact(length), bytes.length);
    return (int) length;
  }
}
