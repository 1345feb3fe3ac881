package dev.hstu.index.census;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.InnerProducts;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import org.roaringbitmap.RoaringBitmap;

/// The vectors of an index by row, those of later rows too, for who looks at a few of them. For
/// one thread.
///
/// A catalogue's vector is copied. That of a later row is read back through the index itself, as
/// its products with the unit vectors, which are its very values: a search a value, fit for a few
/// rows and in need of no way into how later vectors are kept.
public final class RowVectors {

  private final ItemIndex index;
  private final VectorMatrix base;
  private final Candidates found = new Candidates(1);

  /// @param index over all rows
  /// @param base the vectors of the catalogue's rows, which come first
  public RowVectors(ItemIndex index, VectorMatrix base) {
    this.index = index;
    this.base = base;
  }

  /// The vector of a live row, the caller's own.
  ///
  /// @return float `[dimension]`
  public float[] of(int row) {
    float[] vector = new float[base.dimension()];
    if (row < base.rows()) {
      base.copyRow(row, vector);
      return vector;
    }
    float[] unit = new float[base.dimension()];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = 1;
      vector[i] = product(unit, row);
      unit[i] = 0;
    }
    return vector;
  }

  /// The inner product of a vector and that of a live row, the same bits as a search gives.
  ///
  /// @throws IllegalArgumentException when the row is dead
  public float product(float[] vector, int row) {
    if (row < base.rows()) {
      return InnerProducts.ofRow(vector, base, row);
    }
    index.search(
        vector, 1, ItemFilter.only(RoaringBitmap.bitmapOf(row)), SearchOptions.EXACT, found);
    if (found.size() == 0) {
      throw new IllegalArgumentException("row %d is dead; ask for live rows".formatted(row));
    }
    return found.score(0);
  }
}
