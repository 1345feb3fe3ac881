package dev.hstu.index.live;

import java.util.List;

/// One attribute of an item as an update gives it, beside the column of the same name and kind.
public sealed interface AttributeValue {

  /// Most labels of one value: more is a mistake in the caller's join.
  int MAX_LABELS = 1_000;

  /// The column's name.
  String column();

  /// @param text empty means missing
  record Text(String column, String text) implements AttributeValue {}

  /// @param labels in their order, copied; at most [#MAX_LABELS]
  record Labels(String column, List<String> labels) implements AttributeValue {
    public Labels {
      labels = List.copyOf(labels);
      if (labels.size() > MAX_LABELS) {
        throw new IllegalArgumentException(
            "column '%s' has %d labels, must be at most %d; send fewer"
                .formatted(column, labels.size(), MAX_LABELS));
      }
    }
  }

  /// @param number NaN means missing
  record Number(String column, double number) implements AttributeValue {}
}
