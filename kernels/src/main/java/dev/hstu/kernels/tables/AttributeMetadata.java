package dev.hstu.kernels.tables;

import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The metadata strings of an attribute file.
record AttributeMetadata(int rows, List<AttributeColumn> columns) {
  private static final String KIND_SEPARATOR = ":";

  Map<String, String> toStrings() {
    Map<String, String> strings = new TreeMap<>();
    strings.put("rows", Integer.toString(rows));
    strings.put("columns", Integer.toString(columns.size()));
    for (int i = 0; i < columns.size(); i++) {
      AttributeColumn column = columns.get(i);
      String kind = column.kind().name().toLowerCase(Locale.ROOT);
      strings.put(key(i), kind + KIND_SEPARATOR + column.name());
    }
    return strings;
  }

  static AttributeMetadata of(SafetensorsFile file) throws MalformedSafetensorsException {
    int rows = number(file, "rows", IdTable.MAX_ROWS);
    int count = number(file, "columns", AttributeTable.MAX_COLUMNS);
    List<AttributeColumn> columns = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < count; i++) {
      AttributeColumn column = column(file, key(i));
      if (!names.add(column.name())) {
        throw malformed(file, key(i), "names column '" + column.name() + "' a second time");
      }
      columns.add(column);
    }
    return new AttributeMetadata(rows, columns);
  }

  private static AttributeColumn column(SafetensorsFile file, String key)
      throws MalformedSafetensorsException {
    String text = String.valueOf(file.metadata().get(key));
    for (AttributeKind kind : AttributeKind.values()) {
      String prefix = kind.name().toLowerCase(Locale.ROOT) + KIND_SEPARATOR;
      if (text.startsWith(prefix)) {
        try {
          return new AttributeColumn(text.substring(prefix.length()), kind);
        } catch (IllegalArgumentException e) {
          throw malformed(file, key, String.valueOf(e.getMessage()));
        }
      }
    }
    throw malformed(file, key, "is '" + text + "', expected KIND:NAME");
  }

  private static int number(SafetensorsFile file, String key, int max)
      throws MalformedSafetensorsException {
    @Nullable String text = file.metadata().get(key);
    if (text == null || !Int64Text.isCanonical(text)) {
      throw malformed(file, key, "is " + text + ", expected a number");
    }
    long value = Long.parseLong(text);
    if (value < 0 || value > max) {
      throw malformed(file, key, "is " + value + ", must be within 0.." + max);
    }
    return (int) value;
  }

  private static String key(int column) {
    return "column." + column;
  }

  private static MalformedSafetensorsException malformed(
      SafetensorsFile file, String key, String problem) {
    return new MalformedSafetensorsException(file.path(), "metadata '" + key + "' " + problem);
  }
}
