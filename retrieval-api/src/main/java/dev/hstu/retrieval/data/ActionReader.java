package dev.hstu.retrieval.data;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Reads actions: numbers as they are, and words (`click`, `buy`) by the values given for them.
///
/// For one thread; [#read] leaves its answer in [#value].
final class ActionReader {

  private static final Pattern DECIMAL =
      Pattern.compile("-?[0-9]*\\.?[0-9]+(\\.|[eE][+-]?[0-9]{1,3})?");

  private final Map<String, Float> values;
  private float value;

  /// @param values the values of actions that are words, copied
  ActionReader(Map<String, Float> values) {
    this.values = new TreeMap<>(values);
  }

  /// The action read last, finite.
  float value() {
    return value;
  }

  /// Reads an action.
  ///
  /// @return whether it is one
  boolean read(Cell cell) {
    switch (cell.kind()) {
      case MISSING, SECONDS -> value = Float.NaN;
      case INTEGER -> value = cell.integer();
      case DECIMAL -> value = (float) cell.decimal();
      case TEXT -> value = cell.isCanonicalInteger() ? cell.integer() : text(cell.text());
    }
    return Float.isFinite(value);
  }

  private float text(String text) {
    Float known = values.get(text);
    if (known != null) {
      return known;
    }
    return DECIMAL.matcher(text).matches() ? Float.parseFloat(text) : Float.NaN;
  }
}
