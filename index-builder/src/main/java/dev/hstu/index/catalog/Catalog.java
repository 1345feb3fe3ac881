package dev.hstu.index.catalog;

import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdType;

/// What is known of the items beside their vectors, row by row in the order of the vectors.
/// Immutable, for any number of threads.
public final class Catalog {

  private final IdTable ids;
  private final AttributeTable attributes;
  private final long[] popularity;

  /// @param ids external ids
  /// @param attributes one row an item, perhaps without columns
  /// @param popularity interactions of each item, at least 0; shared, not copied, and not to be
  ///     changed
  public Catalog(IdTable ids, AttributeTable attributes, long[] popularity) {
    if (attributes.rows() != ids.size() || popularity.length != ids.size()) {
      throw new IllegalArgumentException(
          "%d ids came with %d rows of attributes and %d popularities; give one of each per item"
              .formatted(ids.size(), attributes.rows(), popularity.length));
    }
    for (int row = 0; row < popularity.length; row++) {
      if (popularity[row] < 0) {
        throw new IllegalArgumentException(
            "popularity %d of item '%s' must be at least 0"
                .formatted(popularity[row], ids.idAt(row)));
      }
    }
    this.ids = ids;
    this.attributes = attributes;
    this.popularity = popularity;
  }

  public IdTable ids() {
    return ids;
  }

  public AttributeTable attributes() {
    return attributes;
  }

  /// Interactions of each item; shared, not to be changed.
  public long[] popularity() {
    return popularity;
  }

  /// The number of items.
  public int size() {
    return ids.size();
  }

  /// The same items in the order of other ids, as those of an item-vector file: an id unknown here
  /// gets no attributes and popularity 0.
  public Catalog alignedTo(IdTable order) {
    int[] rows = new int[order.size()];
    long[] aligned = new long[order.size()];
    for (int row = 0; row < rows.length; row++) {
      rows[row] =
          order.type() == IdType.INT64 ? ids.rowOf(order.longAt(row)) : ids.rowOf(order.idAt(row));
      aligned[row] = rows[row] == IdTable.NOT_FOUND ? 0 : popularity[rows[row]];
    }
    return new Catalog(order, attributes.select(rows), aligned);
  }
}
