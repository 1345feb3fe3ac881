package dev.hstu.index.filter;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.kernels.tables.IdTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A view with rows past its base: those of a second catalogue, whose items supersede those of
/// the base that have their ids.
record GrownView(Catalog base, Catalog later) implements ItemView {

  @Override
  public int rows() {
    return base.size() + later.size();
  }

  @Override
  public int rowOf(String id, int baseRow) {
    int row = later.ids().rowOf(id);
    return row == IdTable.NOT_FOUND ? baseRow : base.size() + row;
  }

  @Override
  public String idAt(int row) {
    return row < base.size() ? base.ids().idAt(row) : later.ids().idAt(row - base.size());
  }

  @Override
  public boolean isLive(int row) {
    return rowOf(idAt(row)) == row;
  }

  @Override
  public @Nullable String text(String column, int row) {
    return part(row).attributes().text(column, rowInPart(row));
  }

  @Override
  public List<String> labels(String column, int row) {
    return part(row).attributes().labels(column, rowInPart(row));
  }

  @Override
  public double number(String column, int row) {
    return part(row).attributes().number(column, rowInPart(row));
  }

  @Override
  public long version() {
    return later.size();
  }

  private Catalog part(int row) {
    return row < base.size() ? base : later;
  }

  private int rowInPart(int row) {
    return row < base.size() ? row : row - base.size();
  }
}
