package dev.hstu.index.catalog;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The items of a catalogue that doesn't change.
record CatalogView(Catalog base) implements ItemView {

  @Override
  public int rows() {
    return base.size();
  }

  @Override
  public int rowOf(String id, int baseRow) {
    return baseRow;
  }

  @Override
  public String idAt(int row) {
    return base.ids().idAt(row);
  }

  @Override
  public boolean isLive(int row) {
    Objects.checkIndex(row, rows());
    return true;
  }

  @Override
  public @Nullable String text(String column, int row) {
    return base.attributes().text(column, row);
  }

  @Override
  public List<String> labels(String column, int row) {
    return base.attributes().labels(column, row);
  }

  @Override
  public double number(String column, int row) {
    return base.attributes().number(column, row);
  }

  @Override
  public long version() {
    return 0;
  }
}
