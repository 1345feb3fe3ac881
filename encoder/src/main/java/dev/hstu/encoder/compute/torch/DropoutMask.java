package dev.hstu.encoder.compute.torch;

import java.util.SplittableRandom;

/// Which values dropout keeps. Drawn here rather than by PyTorch, whose generator is one for the
/// whole process: a mask then depends on its seed alone, not on device, threads or company.
///
/// @param kept 1 for each value kept, 0 for each dropped; shared, not copied; empty for no dropout
/// @param rate probability of a value to be dropped, in `[0, 1)`; those kept are divided by `1
///     - rate`
public record DropoutMask(byte[] kept, double rate) {

  /// Keeps everything.
  public static final DropoutMask NONE = new DropoutMask(new byte[0], 0);

  /// Four values are decided by one random long, 16 bits each.
  private static final int BITS = 16;

  public DropoutMask {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("rate=" + rate + " must be within 0..1");
    }
  }

  /// Draws a mask of `values` values; the rate is kept to 1/65536.
  public static DropoutMask draw(int values, double rate, SplittableRandom random) {
    if (rate == 0) {
      return NONE;
    }
    int dropBelow = (int) Math.round(rate * (1 << BITS));
    byte[] kept = new byte[values];
    for (int at = 0; at < values; ) {
      long bits = random.nextLong();
      int end = Math.min(values, at + Long.SIZE / BITS);
      for (; at < end; at++, bits >>>= BITS) {
        kept[at] = (byte) ((bits & 0xffff) < dropBelow ? 0 : 1);
      }
    }
    return new DropoutMask(kept, rate);
  }
}
