package dev.hstu.retrieval.nightly;

import java.util.Locale;

/// Bytes and seconds as people read them.
final class Amounts {

  private static final double STEP = 1024;
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private Amounts() {}

  /// `512 B`, `3.4 MiB`.
  static String bytes(double bytes) {
    double amount = bytes;
    int unit = 0;
    while (Math.abs(amount) >= STEP && unit < UNITS.length - 1) {
      amount /= STEP;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", amount, UNITS[unit]);
  }

  /// `4.2 s`, `3 min 12 s`, `2 h 05 min`.
  static String seconds(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 60) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    return whole < 3600
        ? "%d min %02d s".formatted(whole / 60, whole % 60)
        : "%d h %02d min".formatted(whole / 3600, whole % 3600 / 60);
  }
}
