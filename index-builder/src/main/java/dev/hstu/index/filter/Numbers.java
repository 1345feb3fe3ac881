package dev.hstu.index.filter;

import java.math.BigDecimal;
import org.apache.lucene.util.NumericUtils;

/// Numbers of rules and columns as sortable keys: neighbouring doubles have neighbouring keys, and
/// both zeros have the same.
final class Numbers {

  /// The key of no number: below that of negative infinity.
  static final long MISSING = Long.MIN_VALUE;

  private Numbers() {}

  /// The key of a number, [#MISSING] of NaN.
  static long key(double number) {
    // Adding zero makes the negative zero the positive one.
    return Double.isNaN(number) ? MISSING : NumericUtils.doubleToSortableLong(number + 0.0);
  }

  /// Whether a text is a finite decimal number.
  static boolean isNumber(String text) {
    try {
      return Double.isFinite(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /// A number as people write it: `1985`, `0.25`.
  static String text(double number) {
    return Double.isFinite(number)
        ? BigDecimal.valueOf(number).stripTrailingZeros().toPlainString()
        : Double.toString(number);
  }
}
