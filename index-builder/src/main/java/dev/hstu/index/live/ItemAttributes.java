package dev.hstu.index.live;

import dev.hstu.kernels.tables.AttributeTable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All attributes of an item as one update gives them; a column not named is missing.
///
/// @param values copied; each column once, at most [AttributeTable#MAX_COLUMNS]
public record ItemAttributes(List<AttributeValue> values) {

  /// Every column missing.
  public static final ItemAttributes NONE = new ItemAttributes(List.of());

  public ItemAttributes {
    values = List.copyOf(values);
    if (values.size() > AttributeTable.MAX_COLUMNS) {
      throw new IllegalArgumentException(
          "%d attributes, must be at most %d; drop some"
              .formatted(values.size(), AttributeTable.MAX_COLUMNS));
    }
    Set<String> columns = new HashSet<>();
    for (AttributeValue value : values) {
      if (!columns.add(value.column())) {
        throw new IllegalArgumentException(
            "column '%s' stands twice; name each once".formatted(value.column()));
      }
    }
  }

  /// The value of a column, null where this has none.
  public @Nullable AttributeValue of(String column) {
    for (AttributeValue value : values) {
      if (value.column().equals(column)) {
        return value;
      }
    }
    return null;
  }
}
