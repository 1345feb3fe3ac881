package dev.hstu.kernels.tables;

import dev.hstu.kernels.safetensors.FormatVersion;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.storage.ContentDigest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Attributes of items, row by row beside an [IdTable]: named columns of text, labels or numbers.
/// Immutable, for any number of threads; build one with [AttributeTableBuilder].
///
/// As a file: safetensors with the tensors of each column (see the column kinds) and the metadata
/// `format`, `format_version`, `rows`, `columns` (their number) and `column.I` = `KIND:NAME`.
public final class AttributeTable {
  /// Most columns: attributes are listed by hand in configurations and filters.
  public static final int MAX_COLUMNS = 256;

  private static final FormatVersion FORMAT = new FormatVersion("hstu.attributes", 1, 1);

  private final int rows;
  private final List<AttributeColumn> columns;
  private final Map<String, ColumnValues> values;

  AttributeTable(int rows, SequencedMap<AttributeColumn, ColumnValues> columns) {
    this.rows = rows;
    this.columns = List.copyOf(columns.sequencedKeySet());
    this.values = new TreeMap<>();
    columns.forEach((column, columnValues) -> values.put(column.name(), columnValues));
  }

  /// A table of `rows` rows and no columns.
  public static AttributeTable withoutColumns(int rows) {
    if (rows < 0 || rows > IdTable.MAX_ROWS) {
      throw new IllegalArgumentException("rows=" + rows + " must be within 0.." + IdTable.MAX_ROWS);
    }
    return new AttributeTable(rows, new LinkedHashMap<>());
  }

  /// The number of rows.
  public int rows() {
    return rows;
  }

  /// The columns in their declared order; unmodifiable.
  public List<AttributeColumn> columns() {
    return columns;
  }

  /// The text of a row, or null where it is missing.
  ///
  /// @throws IllegalArgumentException when the table has no TEXT column of this name
  public @Nullable String text(String column, int row) {
    return column(column, TextValues.class).at(row);
  }

  /// The labels of a row in their order, perhaps none; unmodifiable.
  ///
  /// @throws IllegalArgumentException when the table has no LABELS column of this name
  public List<String> labels(String column, int row) {
    return column(column, LabelValues.class).at(row);
  }

  /// The distinct labels of a LABELS column; each row's number is the label's code.
  ///
  /// @throws IllegalArgumentException when the table has no LABELS column of this name
  public StringColumn labelValues(String column) {
    return column(column, LabelValues.class).values();
  }

  /// Hands over every label of a LABELS column by row, then by place within the row; makes no
  /// objects.
  ///
  /// @throws IllegalArgumentException when the table has no LABELS column of this name
  public void forEachLabel(String column, LabelVisitor visitor) {
    column(column, LabelValues.class).forEach(visitor);
  }

  /// The number of a row, or NaN where it is missing.
  ///
  /// @throws IllegalArgumentException when the table has no NUMBER column of this name
  public double number(String column, int row) {
    return column(column, NumberValues.class).at(row);
  }

  /// A table of these rows in this order; a row may repeat, and [IdTable#NOT_FOUND] gives one whose
  /// values are all missing.
  public AttributeTable select(int[] rows) {
    for (int row : rows) {
      if (row != IdTable.NOT_FOUND) {
        Objects.checkIndex(row, this.rows);
      }
    }
    SequencedMap<AttributeColumn, ColumnValues> selected = new LinkedHashMap<>();
    columns.forEach(column -> selected.put(column, valuesOf(column).select(rows)));
    return new AttributeTable(rows.length, selected);
  }

  /// Writes the table as a file of its own, replacing `target` wholly or not at all.
  public void write(Path target) throws IOException {
    List<TensorSpec> specs = new ArrayList<>();
    columns.forEach(column -> specs.addAll(valuesOf(column).specs(column.name())));
    try (SafetensorsWriter writer = SafetensorsWriter.create(target, metadata(), specs)) {
      for (AttributeColumn column : columns) {
        valuesOf(column).writeTo(writer, column.name());
      }
      writer.commit();
    }
  }

  /// Reads a table written by [#write].
  ///
  /// @throws MalformedSafetensorsException when the file is another, damaged, or of a newer format
  public static AttributeTable read(Path source) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(source)) {
      FORMAT.check(file);
      AttributeMetadata metadata = AttributeMetadata.of(file);
      SequencedMap<AttributeColumn, ColumnValues> columns = new LinkedHashMap<>();
      for (AttributeColumn column : metadata.columns()) {
        ColumnValues values = ColumnValues.read(file, column);
        if (values.rows() != metadata.rows()) {
          throw new MalformedSafetensorsException(
              source,
              "column '%s' has %d rows, expected %d"
                  .formatted(column.name(), values.rows(), metadata.rows()));
        }
        columns.put(column, values);
      }
      return new AttributeTable(metadata.rows(), columns);
    }
  }

  /// Adds rows and columns, in their order, to a digest.
  public void digest(ContentDigest digest) {
    digest.add((long) rows).add((long) columns.size());
    for (AttributeColumn column : columns) {
      digest.add(column.name()).add(column.kind().name());
      valuesOf(column).digest(digest);
    }
  }

  private Map<String, String> metadata() {
    Map<String, String> metadata = new AttributeMetadata(rows, columns).toStrings();
    FORMAT.addTo(metadata);
    return metadata;
  }

  private ColumnValues valuesOf(AttributeColumn column) {
    return Objects.requireNonNull(values.get(column.name()));
  }

  private <V extends ColumnValues> V column(String name, Class<V> kind) {
    @Nullable ColumnValues found = values.get(name);
    if (!kind.isInstance(found)) {
      throw new IllegalArgumentException(
          "column '%s' isn't of the asked kind; the table has %s".formatted(name, columns));
    }
    return kind.cast(found);
  }
}
