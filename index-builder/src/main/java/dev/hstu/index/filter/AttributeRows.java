package dev.hstu.index.filter;

import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.StringColumn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/// The rows of one catalogue by the values of its columns. A column is inverted when a rule first
/// asks for it, which takes about 0.2 µs a row, and kept. For any number of threads.
final class AttributeRows {

  private final AttributeTable attributes;
  private final Map<String, KeyedRows> texts = new ConcurrentHashMap<>();
  private final Map<String, KeyedRows> numbers = new ConcurrentHashMap<>();
  private final Map<String, LabelRows> labels = new ConcurrentHashMap<>();

  AttributeRows(AttributeTable attributes) {
    this.attributes = attributes;
  }

  /// Adds the rows with one of these texts.
  void addTexts(FixedBitSet target, String column, List<String> values) {
    KeyedRows rows = texts.computeIfAbsent(column, this::invertTexts);
    for (String value : values) {
      // Texts of one hash may differ.
      rows.addTo(target, value.hashCode(), row -> value.equals(attributes.text(column, row)));
    }
  }

  /// Adds the rows with at least one of these labels.
  void addLabels(FixedBitSet target, String column, List<String> values) {
    LabelRows rows = labels.computeIfAbsent(column, this::invertLabels);
    for (String value : values) {
      @Nullable Integer code = rows.codes().get(value);
      if (code != null) {
        rows.rows().addTo(target, code, code);
      }
    }
  }

  /// Adds the rows with one of these numbers.
  void addNumbers(FixedBitSet target, String column, List<String> values) {
    KeyedRows rows = numbers.computeIfAbsent(column, this::invertNumbers);
    for (String value : values) {
      long key = Numbers.key(Double.parseDouble(value));
      rows.addTo(target, key, key);
    }
  }

  /// Adds the rows with a number within a range.
  void addRange(FixedBitSet target, FilterRule.Range range) {
    long least = Numbers.key(range.min()) + (range.minIncluded() ? 0 : 1);
    long most = Numbers.key(range.max()) - (range.maxIncluded() ? 0 : 1);
    if (least <= most) {
      numbers.computeIfAbsent(range.column(), this::invertNumbers).addTo(target, least, most);
    }
  }

  private KeyedRows invertTexts(String column) {
    long[] keys = new long[attributes.rows()];
    for (int row = 0; row < keys.length; row++) {
      @Nullable String text = attributes.text(column, row);
      keys[row] = text == null ? Numbers.MISSING : text.hashCode();
    }
    return KeyedRows.of(keys);
  }

  private KeyedRows invertNumbers(String column) {
    long[] keys = new long[attributes.rows()];
    for (int row = 0; row < keys.length; row++) {
      keys[row] = Numbers.key(attributes.number(column, row));
    }
    return KeyedRows.of(keys);
  }

  private LabelRows invertLabels(String column) {
    StringColumn values = attributes.labelValues(column);
    Map<String, Integer> codes = HashMap.newHashMap(values.size());
    for (int code = 0; code < values.size(); code++) {
      codes.put(values.get(code), code);
    }
    return new LabelRows(codes, KeyedRows.ofLabels(attributes, column));
  }

  /// A LABELS column inverted.
  private record LabelRows(Map<String, Integer> codes, KeyedRows rows) {}
}
