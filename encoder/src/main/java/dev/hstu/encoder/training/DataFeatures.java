package dev.hstu.encoder.training;

import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.SeriesColumn;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTable;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Reads off prepared data which labels and actions a model over it can know.
public final class DataFeatures {

  private DataFeatures() {}

  /// The features of a model that is to be trained on this data.
  ///
  /// @param columns of labels of the catalogue, each with every label it has, in their order by
  ///     text
  /// @param actions whether to know the log's actions, each distinct value of them
  /// @throws IllegalArgumentException naming a column that isn't one of labels, or more actions
  ///     than a model takes
  public static ModelFeatures of(PreparedData data, List<String> columns, boolean actions) {
    List<ModelFeatures.LabelColumn> labels = new ArrayList<>();
    for (String column : columns) {
      labels.add(new ModelFeatures.LabelColumn(column, labels(data.attributes(), column)));
    }
    return new ModelFeatures(labels, actions ? actions(data.log().actions()) : List.of());
  }

  /// The series of these names that the data have, in the order of the names.
  ///
  /// @throws IllegalArgumentException naming one that the data lack
  public static List<SeriesColumn> series(PreparedData data, List<String> names) {
    List<SeriesColumn> columns = data.log().series().columns();
    List<String> known = columns.stream().map(SeriesColumn::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "'%s' is no series of the data, which has %s; name one of them, or import with --manifest"
                .formatted(name, known));
      }
    }
    return columns.stream().filter(column -> names.contains(column.name())).toList();
  }

  /// The data's log as a model reads it: every event, and the series that the model knows.
  public static InteractionLog log(PreparedData data, ModelFeatures features) {
    int items = data.items().size();
    return data.log().withSeries(data.log().series().in(features.series(), items, items));
  }

  /// All that a model can know of this data's items and events: every column of labels, and the
  /// actions where there are several kinds of them and no more than a model takes.
  public static ModelFeatures all(PreparedData data) {
    List<Float> kinds = actions(data.log().actions());
    boolean useful = kinds.size() > 1 && kinds.size() <= ModelFeatures.MAX_ACTIONS;
    return of(data, labelColumns(data.attributes()), useful);
  }

  /// Names of all columns of labels that the catalogue has.
  public static List<String> labelColumns(AttributeTable table) {
    return table.columns().stream()
        .filter(column -> column.kind() == AttributeKind.LABELS)
        .map(AttributeColumn::name)
        .toList();
  }

  private static List<String> labels(AttributeTable table, String column) {
    if (!labelColumns(table).contains(column)) {
      throw new IllegalArgumentException(
          "'%s' is no column of labels of the catalogue; it has %s"
              .formatted(column, labelColumns(table)));
    }
    TreeSet<String> met = new TreeSet<>();
    for (int row = 0; row < table.rows(); row++) {
      met.addAll(table.labels(column, row));
    }
    return List.copyOf(met);
  }

  private static List<Float> actions(float[] log) {
    TreeSet<Float> met = new TreeSet<>();
    for (float action : log) {
      if (Float.isFinite(action) && met.size() <= ModelFeatures.MAX_ACTIONS) {
        met.add(action);
      }
    }
    return List.copyOf(met);
  }
}
