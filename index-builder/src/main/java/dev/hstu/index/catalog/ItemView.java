package dev.hstu.index.catalog;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The items of one moment by row: those of a catalogue, perhaps followed by later ones. A row
/// never changes its item: a changed item gets a new row and its old row dies.
///
/// Immutable as seen by a caller, for any number of threads, for as long as its owner says.
public interface ItemView {

  /// The number of rows, `0..rows()-1`. Some may be dead: superseded or deleted.
  int rows();

  /// The catalogue that holds rows `0..base().size()-1`.
  Catalog base();

  /// The live row of an external id, or [dev.hstu.kernels.tables.IdTable#NOT_FOUND].
  default int rowOf(String id) {
    return rowOf(id, base().ids().rowOf(id));
  }

  /// As [#rowOf(String)], for whoever has looked the id up in the catalogue.
  ///
  /// @param baseRow the row of this id in [#base], live or dead, or
  ///     [dev.hstu.kernels.tables.IdTable#NOT_FOUND]
  int rowOf(String id, int baseRow);

  /// The external id of a row, live or dead.
  String idAt(int row);

  /// The external ids of many rows, each as [#idAt] gives it.
  default String[] idsAt(int[] rows) {
    int base = base().size();
    int[] ofBase = new int[rows.length];
    int count = 0;
    for (int row : rows) {
      if (row < base) {
        ofBase[count++] = row;
      }
    }
    // Together, since each alone would wait for memory.
    String[] found = base().ids().idsAt(count == rows.length ? rows : Arrays.copyOf(ofBase, count));
    if (count == rows.length) {
      return found;
    }
    String[] ids = new String[rows.length];
    int next = 0;
    for (int i = 0; i < rows.length; i++) {
      ids[i] = rows[i] < base ? found[next++] : idAt(rows[i]);
    }
    return ids;
  }

  /// Whether a row holds the present state of its item.
  boolean isLive(int row);

  /// The text of a row, live or dead, or null where it is missing.
  ///
  /// @throws IllegalArgumentException when the base has no TEXT column of this name
  @Nullable String text(String column, int row);

  /// The labels of a row, live or dead, in their order, perhaps none; unmodifiable.
  ///
  /// @throws IllegalArgumentException when the base has no LABELS column of this name
  List<String> labels(String column, int row);

  /// The number of a row, live or dead, or NaN where it is missing.
  ///
  /// @throws IllegalArgumentException when the base has no NUMBER column of this name
  double number(String column, int row);

  /// Grows with every change, so that of one source equal versions mean equal content: part of a
  /// cache's key.
  long version();

  /// A catalogue that doesn't change: every row is live, version 0.
  static ItemView of(Catalog catalog) {
    return new CatalogView(catalog);
  }
}
