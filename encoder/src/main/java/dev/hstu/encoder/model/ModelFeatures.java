package dev.hstu.encoder.model;

import dev.hstu.encoder.sequence.SeriesColumn;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a model knows of an event beside item, place and time. All have embeddings of the width
/// `D`; those of labels and actions are added up:
///
/// - a label of an item (a genre, a brand) is a part of the item's own embedding, in the input and
///   in the item vector. The item table of a finished model holds the sums, so an engine needs the
///   labels for nothing; a new item gets its vector from its labels alone
/// - the action of an event (a rating, a like) is added to its item's token, HSTU.md, "Actions"
/// - a value of a slow series of the user (a language, an age group) is a token of its own among
///   those of the items, HSTU.md, "Unified features": never a candidate, never a target
///
/// @param itemLabels columns of labels with the labels of each, in the order of the table's rows;
///     columns one after the other
/// @param actions distinct values, ascending; value `i` is row `i + 1` of the table, and row 0
///     stands for any other value and for none
/// @param series slow series of users, by name; their values have the rows behind those of the
///     items
public record ModelFeatures(
    List<LabelColumn> itemLabels, List<Float> actions, List<SeriesColumn> series) {

  /// A model of items, places and times alone, as the public ones are.
  public static final ModelFeatures NONE = new ModelFeatures(List.of(), List.of());

  /// Bound on labels of all columns: they stand in `config.json`.
  public static final int MAX_LABELS = 65_536;

  /// Bound on distinct actions, which are kinds and no measurements.
  public static final int MAX_ACTIONS = 256;

  /// One column of labels.
  ///
  /// @param name of the attribute
  /// @param labels distinct
  public record LabelColumn(String name, List<String> labels) {
    public LabelColumn {
      labels = List.copyOf(labels);
      requireDistinct("label of " + name, labels);
    }
  }

  public ModelFeatures {
    itemLabels = List.copyOf(itemLabels);
    actions = List.copyOf(actions);
    series = List.copyOf(series);
    SeriesColumn.requireOrdered(series);
    requireDistinct("column", itemLabels.stream().map(LabelColumn::name).toList());
    int labels = itemLabels.stream().mapToInt(column -> column.labels.size()).sum();
    if (labels > MAX_LABELS) {
      throw new IllegalArgumentException(
          "%d labels must be at most %d; leave out the column that has most"
              .formatted(labels, MAX_LABELS));
    }
    if (actions.size() > MAX_ACTIONS) {
      throw new IllegalArgumentException(
          "%d distinct actions must be at most %d; round them, or train without"
              .formatted(actions.size(), MAX_ACTIONS));
    }
    for (int i = 0; i < actions.size(); i++) {
      if (!Float.isFinite(actions.get(i)) || i > 0 && actions.get(i) <= actions.get(i - 1)) {
        throw new IllegalArgumentException("actions=" + actions + " must be numbers, ascending");
      }
    }
  }

  /// A model that reads no series.
  public ModelFeatures(List<LabelColumn> itemLabels, List<Float> actions) {
    this(itemLabels, actions, List.of());
  }

  /// The same with other series.
  public ModelFeatures withSeries(List<SeriesColumn> known) {
    return new ModelFeatures(itemLabels, actions, known);
  }

  private static void requireDistinct(String kind, List<String> names) {
    Set<String> met = new HashSet<>();
    for (String name : names) {
      if (!met.add(name)) {
        throw new IllegalArgumentException("%s '%s' is named twice".formatted(kind, name));
      }
    }
  }

  /// Rows of the table of labels, `G`; 0 where there is none.
  public int labelRows() {
    return itemLabels.stream().mapToInt(column -> column.labels.size()).sum();
  }

  /// Rows of the table of series; 0 where there is none.
  public int seriesRows() {
    return SeriesColumn.rows(series);
  }

  /// Rows of the table of actions; 0 where there is none.
  public int actionRows() {
    return actions.isEmpty() ? 0 : actions.size() + 1;
  }

  /// Row of an action, 0 for one that was never trained.
  public int actionRow(float action) {
    int low = 0;
    int high = actions.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      float value = actions.get(middle);
      if (value == action) {
        return middle + 1;
      }
      if (value < action) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return 0;
  }
}
