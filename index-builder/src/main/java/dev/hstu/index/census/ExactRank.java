package dev.hstu.index.census;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.InnerProducts;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import java.util.Optional;
import org.roaringbitmap.RoaringBitmap;

/// Where an item stands for a query among all that pass a filter, however far down: what an exact
/// search with a large enough k would return it as.
///
/// @param rank at least 1
/// @param score inner product of the query and the item's vector, the same bits as a search's
public record ExactRank(long rank, float score) {

  /// Rows scored between two looks at the filter.
  private static final int BLOCK_ROWS = 1_024;

  /// Ranks one live row. Compares the query with every vector: one pass over the catalogue's, and a
  /// search for each [ItemIndex#MAX_K] later rows that are better.
  ///
  /// @param index over all rows of `items`
  /// @param base the vectors of the catalogue's rows
  /// @param filter what the row competes with; it passes itself
  /// @param query float `[dimension]`
  /// @return empty where the row is dead
  public static Optional<ExactRank> of(
      ItemIndex index,
      VectorMatrix base,
      ItemView items,
      ItemFilter filter,
      float[] query,
      int row) {
    if (!items.isLive(row)) {
      return Optional.empty();
    }
    Candidates found = new Candidates(1);
    index.search(
        query, 1, ItemFilter.only(RoaringBitmap.bitmapOf(row)), SearchOptions.EXACT, found);
    if (found.size() == 0) {
      return Optional.empty();
    }
    float score = found.score(0);
    long before =
        betterInBase(base, items, filter, query, row, score)
            + betterLater(index, base.rows(), items.rows(), filter, query, row, score);
    return Optional.of(new ExactRank(before + 1, score));
  }

  private static long betterInBase(
      VectorMatrix base, ItemView items, ItemFilter filter, float[] query, int row, float score) {
    float[] scores = new float[BLOCK_ROWS];
    long better = 0;
    for (int first = 0; first < base.rows(); first += BLOCK_ROWS) {
      int count = Math.min(BLOCK_ROWS, base.rows() - first);
      InnerProducts.ofRows(query, base, first, count, scores);
      for (int i = 0; i < count; i++) {
        int other = first + i;
        if (isBefore(other, scores[i], row, score)
            && filter.accepts(other)
            && items.isLive(other)) {
          better++;
        }
      }
    }
    return better;
  }

  /// Asks for the best later rows, page by page, until one is no better.
  private static long betterLater(
      ItemIndex index,
      int baseRows,
      int rows,
      ItemFilter filter,
      float[] query,
      int row,
      float score) {
    RoaringBitmap counted = new RoaringBitmap();
    Candidates page = new Candidates(0);
    boolean more = rows > baseRows;
    while (more) {
      ItemFilter left = new LaterOnly(filter.and(ItemFilter.excluding(counted)), baseRows);
      index.search(query, ItemIndex.MAX_K, left, SearchOptions.EXACT, page);
      int better = 0;
      while (better < page.size() && isBefore(page.row(better), page.score(better), row, score)) {
        counted.add(page.row(better));
        better++;
      }
      more = better == ItemIndex.MAX_K;
    }
    return counted.getLongCardinality();
  }

  /// Whether a search would return one row before another: by score, equal ones by row.
  private static boolean isBefore(int row, float score, int other, float otherScore) {
    return score > otherScore || (score == otherScore && row < other);
  }

  /// What a filter accepts beyond a catalogue.
  private record LaterOnly(ItemFilter filter, int baseRows) implements ItemFilter {

    @Override
    public boolean accepts(int row) {
      return row >= baseRows && filter.accepts(row);
    }

    @Override
    public int maxAccepted(int items) {
      return Math.max(0, items - baseRows);
    }

    @Override
    public int nextAccepted(int row, int end) {
      return Math.max(row, baseRows) >= end
          ? end
          : filter.nextAccepted(Math.max(row, baseRows), end);
    }
  }
}
