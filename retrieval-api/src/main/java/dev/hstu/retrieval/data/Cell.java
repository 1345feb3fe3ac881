package dev.hstu.retrieval.data;

/// One value of a row as its source has it, reused from row to row so that reading allocates
/// nothing.
///
/// A text shares the source's buffer and is valid until the source moves on.
final class Cell {

  /// What a cell holds.
  enum Kind {
    /// Nothing: an empty text field, a null.
    MISSING,
    TEXT,
    INTEGER,
    DECIMAL,
    /// A time whose unit the source knows, in whole seconds since 1970.
    SECONDS
  }

  private static final int MAX_LONG_DIGITS = 19;
  private static final char REPLACEMENT = '\uFFFD';

  private Kind kind = Kind.MISSING;
  private char[] chars = {};
  private int start;
  private int end;
  private long integer;
  private double decimal;

  Kind kind() {
    return kind;
  }

  /// The value of an INTEGER or SECONDS cell, or of a TEXT one after [#isCanonicalInteger()].
  long integer() {
    return integer;
  }

  /// The value of a DECIMAL cell.
  double decimal() {
    return decimal;
  }

  /// Chars of a TEXT cell.
  int length() {
    return end - start;
  }

  /// A char of a TEXT cell.
  char charAt(int index) {
    return chars[start + index];
  }

  void setMissing() {
    kind = Kind.MISSING;
  }

  /// Takes `chars[start..end)`, shared; an empty range is MISSING.
  void setText(char[] chars, int start, int end) {
    this.kind = start == end ? Kind.MISSING : Kind.TEXT;
    this.chars = chars;
    this.start = start;
    this.end = end;
  }

  void setText(String text) {
    char[] copy = text.toCharArray();
    setText(copy, 0, copy.length);
  }

  void setInteger(long value) {
    kind = Kind.INTEGER;
    integer = value;
  }

  /// Takes a decimal; NaN is MISSING, as data frames write nulls so.
  void setDecimal(double value) {
    kind = Double.isNaN(value) ? Kind.MISSING : Kind.DECIMAL;
    decimal = value;
  }

  void setSeconds(long seconds) {
    kind = Kind.SECONDS;
    integer = seconds;
  }

  /// The cell as text; a new string.
  String text() {
    return switch (kind) {
      case MISSING -> "";
      case TEXT -> new String(chars, start, length());
      case INTEGER, SECONDS -> Long.toString(integer);
      case DECIMAL -> Double.toString(decimal);
    };
  }

  /// Whether this is a 64-bit integer in its one canonical spelling (no leading zeros, no plus); if
  /// so, [#integer()] is its value.
  boolean isCanonicalInteger() {
    return switch (kind) {
      case INTEGER -> true;
      case TEXT -> parseCanonical();
      case MISSING, DECIMAL, SECONDS -> false;
    };
  }

  private boolean parseCanonical() {
    boolean negative = chars[start] == '-';
    int first = negative ? start + 1 : start;
    int digits = end - first;
    if (digits < 1
        || digits > MAX_LONG_DIGITS
        || (chars[first] == '0' && (digits > 1 || negative))) {
      return false;
    }
    // Collected below zero, where one more value fits than above.
    long value = 0;
    for (int i = first; i < end; i++) {
      int digit = chars[i] - '0';
      if (digit < 0 || digit > 9) {
        return false;
      }
      value = value * 10 - digit;
    }
    boolean overflown = value > 0 || (!negative && value == Long.MIN_VALUE);
    integer = negative ? value : -value;
    return !overflown;
  }

  /// Whether a TEXT cell has bytes that were no UTF-8; decoding has replaced them.
  boolean isDamagedText() {
    for (int i = start; i < end; i++) {
      if (chars[i] == REPLACEMENT) {
        return true;
      }
    }
    return false;
  }
}
