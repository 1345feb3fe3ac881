package dev.hstu.retrieval.data;

import dev.hstu.kernels.tables.AttributeKind;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Finds out from the name and all values of a column what kind of attribute it is: LABELS where it
/// is named like genres or a value has a bar in it, NUMBER where every value is a number in its
/// plain spelling, TEXT otherwise and for titles.
final class AttributeDetection {

  static final char LABEL_SEPARATOR = '|';

  private static final Set<String> LABEL_NAMES =
      Set.of("genre", "genres", "tag", "tags", "label", "labels", "category", "categories");
  private static final Set<String> TEXT_NAMES = Set.of("title", "name", "description", "url");

  /// No leading zeros: `007` is a code, not a number.
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?");

  private final String name;
  private boolean anyValue;
  private boolean onlyNumbers = true;
  private boolean anyBar;

  AttributeDetection(String name) {
    this.name = name.toLowerCase(Locale.ROOT);
  }

  /// Looks at one value.
  void observe(Cell cell) {
    switch (cell.kind()) {
      case MISSING -> {}
      case INTEGER, DECIMAL -> anyValue = true;
      case SECONDS -> anyValue = true;
      case TEXT -> {
        anyValue = true;
        String text = cell.text();
        anyBar |= text.indexOf(LABEL_SEPARATOR) >= 0;
        onlyNumbers = onlyNumbers && NUMBER.matcher(text).matches();
      }
    }
  }

  AttributeKind kind() {
    if (TEXT_NAMES.contains(name)) {
      return AttributeKind.TEXT;
    }
    if (LABEL_NAMES.contains(name) || anyBar) {
      return AttributeKind.LABELS;
    }
    return anyValue && onlyNumbers ? AttributeKind.NUMBER : AttributeKind.TEXT;
  }
}
