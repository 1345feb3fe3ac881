package dev.hstu.kernels.tables;

/// How growing arrays grow.
final class ArrayGrowth {
  /// Largest array every JVM can allocate.
  static final int MAX_LENGTH = Integer.MAX_VALUE - 8;

  private ArrayGrowth() {}

  /// The length after a full array of `length`.
  static int next(int length) {
    return atLeast(length, (long) length + 1);
  }

  /// A length of at least `needed`, half as long again as `length` where possible.
  static int atLeast(int length, long needed) {
    if (needed > MAX_LENGTH) {
      throw new IllegalStateException(
          needed + " elements exceed one array of " + MAX_LENGTH + "; split the data into shards");
    }
    return (int) Math.min(MAX_LENGTH, Math.max(needed, (long) length + (length >> 1) + 8));
  }
}
