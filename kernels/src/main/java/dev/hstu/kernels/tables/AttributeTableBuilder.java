package dev.hstu.kernels.tables;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/// Collects attributes row by row, for imports of millions of rows: set what a row has by column
/// number, then [#endRow]; what isn't set is missing. For one thread.
public final class AttributeTableBuilder {
  private final List<AttributeColumn> columns;
  private final List<ColumnBuilder> builders;
  private int rows;

  /// An empty builder for these columns; column numbers are places in this list.
  ///
  /// @throws IllegalArgumentException for two columns of one name, or more than
  ///     [AttributeTable#MAX_COLUMNS]
  public AttributeTableBuilder(List<AttributeColumn> columns) {
    if (columns.size() > AttributeTable.MAX_COLUMNS) {
      throw new IllegalArgumentException(
          columns.size() + " columns exceed " + AttributeTable.MAX_COLUMNS + "; drop some");
    }
    Set<String> names = new HashSet<>();
    for (AttributeColumn column : columns) {
      if (!names.add(column.name())) {
        throw new IllegalArgumentException(
            "column '" + column.name() + "' stands twice; name each once");
      }
    }
    this.columns = List.copyOf(columns);
    this.builders = this.columns.stream().map(ColumnBuilder::of).toList();
  }

  /// Sets the text of a TEXT column in the current row; empty means missing.
  public AttributeTableBuilder text(int column, String text) {
    builder(column, TextBuilder.class).pending = Utf8.require(text);
    return this;
  }

  /// Sets the labels of a LABELS column in the current row.
  public AttributeTableBuilder labels(int column, List<String> labels) {
    builder(column, LabelsBuilder.class).pending = labels.stream().map(Utf8::require).toList();
    return this;
  }

  /// Sets the number of a NUMBER column in the current row; NaN means missing.
  public AttributeTableBuilder number(int column, double number) {
    builder(column, NumberBuilder.class).pending = number;
    return this;
  }

  /// Ends the current row and begins the next.
  public AttributeTableBuilder endRow() {
    if (rows == IdTable.MAX_ROWS) {
      throw new IllegalStateException(
          "more than " + IdTable.MAX_ROWS + " rows; split the catalogue into shards");
    }
    builders.forEach(ColumnBuilder::endRow);
    rows++;
    return this;
  }

  /// The number of rows ended so far.
  public int rows() {
    return rows;
  }

  /// The table of the ended rows; the builder is spent afterwards.
  public AttributeTable build() {
    SequencedMap<AttributeColumn, ColumnValues> values = new LinkedHashMap<>();
    for (int column = 0; column < columns.size(); column++) {
      values.put(columns.get(column), builders.get(column).build());
    }
    return new AttributeTable(rows, values);
  }

  private <B extends ColumnBuilder> B builder(int column, Class<B> kind) {
    ColumnBuilder builder = builders.get(column);
    if (!kind.isInstance(builder)) {
      throw new IllegalArgumentException(
          "column %d is %s, not of the kind being set".formatted(column, columns.get(column)));
    }
    return kind.cast(builder);
  }

  private abstract static sealed class ColumnBuilder {
    abstract void endRow();

    abstract ColumnValues build();

    static ColumnBuilder of(AttributeColumn column) {
      return switch (column.kind()) {
        case TEXT -> new TextBuilder();
        case LABELS -> new LabelsBuilder();
        case NUMBER -> new NumberBuilder();
      };
    }
  }

  private static final class TextBuilder extends ColumnBuilder {
    private static final byte[] MISSING = {};

    private final StringColumn.Builder texts = new StringColumn.Builder();
    private byte[] pending = MISSING;

    @Override
    void endRow() {
      texts.add(pending, 0, pending.length);
      pending = MISSING;
    }

    @Override
    ColumnValues build() {
      return new TextValues(texts.build());
    }
  }

  private static final class LabelsBuilder extends ColumnBuilder {
    private final LabelValues.Builder labels = new LabelValues.Builder();
    private List<byte[]> pending = List.of();

    @Override
    void endRow() {
      pending.forEach(labels::add);
      labels.endRow();
      pending = List.of();
    }

    @Override
    ColumnValues build() {
      return labels.build();
    }
  }

  private static final class NumberBuilder extends ColumnBuilder {
    private double[] numbers = new double[16];
    private int size;
    private double pending = Double.NaN;

    @Override
    void endRow() {
      if (size == numbers.length) {
        numbers = Arrays.copyOf(numbers, ArrayGrowth.next(size));
      }
      numbers[size++] = pending;
      pending = Double.NaN;
    }

    @Override
    ColumnValues build() {
      return new NumberValues(Arrays.copyOf(numbers, size));
    }
  }
}
