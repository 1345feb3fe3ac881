package dev.hstu.index.live;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.IdTable;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The items as they were after so many updates.
///
/// @param live how many of the rows are
record LiveItems(Catalog base, LaterRows later, RowEnds ends, int rows, int live, long version)
    implements ItemView {

  @Override
  public int rowOf(String id, int baseRow) {
    // An id that later rows know leads to its row at this moment; of another only the base knows.
    int row = later.lastRow(id, rows, baseRow);
    return row != IdTable.NOT_FOUND && ends.isLive(row, rows) ? row : IdTable.NOT_FOUND;
  }

  @Override
  public String idAt(int row) {
    Objects.checkIndex(row, rows);
    return row < base.size() ? base.ids().idAt(row) : later.id(row);
  }

  @Override
  public boolean isLive(int row) {
    Objects.checkIndex(row, rows);
    return ends.isLive(row, rows);
  }

  @Override
  public @Nullable String text(String column, int row) {
    int baseRow = baseRow(row);
    if (baseRow != IdTable.NOT_FOUND) {
      return base.attributes().text(column, baseRow);
    }
    require(column, AttributeKind.TEXT);
    return ownValue(column, row) instanceof AttributeValue.Text(_, String text) && !text.isEmpty()
        ? text
        : null;
  }

  @Override
  public List<String> labels(String column, int row) {
    int baseRow = baseRow(row);
    if (baseRow != IdTable.NOT_FOUND) {
      return base.attributes().labels(column, baseRow);
    }
    require(column, AttributeKind.LABELS);
    return ownValue(column, row) instanceof AttributeValue.Labels(_, List<String> labels)
        ? labels
        : List.of();
  }

  @Override
  public double number(String column, int row) {
    int baseRow = baseRow(row);
    if (baseRow != IdTable.NOT_FOUND) {
      return base.attributes().number(column, baseRow);
    }
    require(column, AttributeKind.NUMBER);
    return ownValue(column, row) instanceof AttributeValue.Number(_, double number)
        ? number
        : Double.NaN;
  }

  /// The catalogue's row that has a row's attributes, or [IdTable#NOT_FOUND].
  private int baseRow(int row) {
    Objects.checkIndex(row, rows);
    return row < base.size() ? row : later.attributesRow(row);
  }

  private @Nullable AttributeValue ownValue(String column, int row) {
    @Nullable ItemAttributes attributes = later.attributes(row);
    return attributes == null ? null : attributes.of(column);
  }

  private void require(String column, AttributeKind kind) {
    if (!base.attributes().columns().contains(new AttributeColumn(column, kind))) {
      throw new IllegalArgumentException(
          "column '%s' isn't %s; the items have %s"
              .formatted(column, kind, base.attributes().columns()));
    }
  }
}
