package dev.hstu.kernels.tables;

/// The one spelling of a 64-bit integer that names an id: decimal digits without leading zeros, a
/// minus for negatives, no plus. Any other spelling would make two texts name one item.
final class Int64Text {
  private static final String MAX_MAGNITUDE = Long.toString(Long.MAX_VALUE);
  private static final String MIN_MAGNITUDE = Long.toString(Long.MIN_VALUE).substring(1);

  private Int64Text() {}

  static boolean isCanonical(String text) {
    boolean negative = text.startsWith("-");
    int start = negative ? 1 : 0;
    int digits = text.length() - start;
    if (digits < 1 || digits > MAX_MAGNITUDE.length()) {
      return false;
    }
    for (int i = start; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    if (text.charAt(start) == '0') {
      return digits == 1 && !negative;
    }
    String limit = negative ? MIN_MAGNITUDE : MAX_MAGNITUDE;
    return digits < limit.length() || text.substring(start).compareTo(limit) <= 0;
  }
}
