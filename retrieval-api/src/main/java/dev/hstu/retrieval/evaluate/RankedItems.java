package dev.hstu.retrieval.evaluate;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.filter.FilterCompiler;
import dev.hstu.index.filter.FilterRule;
import dev.hstu.index.filter.NamedSets;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import org.roaringbitmap.RoaringBitmap;

/// Which items are ranked at all: everything, or what an attribute filter accepts, as a service
/// takes it with a request. The bitmap is shared and must not change.
///
/// @param all whether nothing is refused
/// @param accepted item rows of the data's log, `1..V`; empty where all are
public record RankedItems(boolean all, RoaringBitmap accepted) {

  /// The whole catalogue.
  static final RankedItems ALL = new RankedItems(true, new RoaringBitmap());

  /// What a rule accepts.
  ///
  /// @param ids of the data's items
  /// @param attributes of the same items
  /// @throws dev.hstu.index.filter.InvalidFilterException when the rule names a column, value or
  ///     set that can't be
  static RankedItems of(FilterRule rule, IdTable ids, AttributeTable attributes) {
    int items = ids.size();
    Catalog catalog = new Catalog(ids, attributes, new long[items]);
    ItemFilter filter =
        FilterCompiler.of(catalog, NamedSets.none()).compile(rule, ItemView.of(catalog));
    RoaringBitmap accepted = new RoaringBitmap();
    for (int row = 0; row < items; row++) {
      if (filter.accepts(row)) {
        accepted.add(row + 1);
      }
    }
    return new RankedItems(false, accepted);
  }

  /// Whether an item row of the log is ranked.
  boolean contains(int item) {
    return all || accepted.contains(item);
  }

  /// Catalogue rows, from 0, that are ranked; not for [#ALL].
  RoaringBitmap rows(RowMapping catalogue) {
    RoaringBitmap rows = new RoaringBitmap();
    for (int item : accepted) {
      int row = catalogue.map(item);
      if (row > 0) {
        rows.add(row - 1);
      }
    }
    return rows;
  }

  /// Catalogue rows, from 0, that are not ranked, items that the data lack among them.
  ///
  /// @param size of the catalogue
  RoaringBitmap otherRows(RowMapping catalogue, int size) {
    RoaringBitmap others = new RoaringBitmap();
    if (!all) {
      others.add(0L, size);
      others.andNot(rows(catalogue));
    }
    return others;
  }
}
