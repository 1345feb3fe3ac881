package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.OverlaidPartitions;
import dev.hstu.index.format.PartitionOverlay;
import dev.hstu.index.format.Partitions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Later rows over an index that doesn't change, and searches of both as one.
///
/// Where the index is one segment of partitions, they take the later rows up, in their own encoding
/// ([PartitionIndex]); over any other index later rows have partitions of their own
/// ([OverlaidIndex]). For one thread; the indexes that it gives are for any.
public final class IndexOverlay implements Closeable {

  private final ItemIndex base;

  /// The base itself, where it takes later rows up.
  private final @Nullable PartitionIndex partitions;

  private final PartitionOverlay overlay;

  private IndexOverlay(
      ItemIndex base, @Nullable PartitionIndex partitions, PartitionOverlay overlay) {
    this.base = base;
    this.partitions = partitions;
    this.overlay = overlay;
  }

  /// Begins with nothing over an index.
  ///
  /// @param base owned by the caller, open as long as any search
  /// @param vectors of the index, by row
  /// @param scratch a file to be made, for the vectors of later rows
  /// @param maxBytes of memory, beyond half of which nothing of the base is copied to make searches
  ///     faster
  /// @param workers threads up to the first [#at]; afterwards there is one
  public static IndexOverlay over(
      ItemIndex base, VectorMatrix vectors, Path scratch, long maxBytes, int workers)
      throws IOException {
    @Nullable PartitionIndex index = base instanceof OpenIndex opened ? opened.partitions() : null;
    @Nullable Partitions whole = index == null ? null : index.wholePartitions();
    return whole == null
        ? new IndexOverlay(base, null, PartitionOverlay.beside(vectors, scratch, maxBytes, workers))
        : new IndexOverlay(base, index, PartitionOverlay.over(whole, scratch, maxBytes, workers));
  }

  /// Adds a row beyond all so far.
  ///
  /// @param vector float `[dimension]`, copied
  /// @throws IOException when the scratch file can't be written
  public void add(int row, float[] vector) throws IOException {
    overlay.add(row, vector);
  }

  /// Takes a live row out.
  public void remove(int row) {
    if (partitions != null || row >= base.size()) {
      overlay.remove(row);
    }
  }

  /// Copies rows together where too many lie dead between them: a bounded step.
  ///
  /// @return whether there were any; then the next [#at] knows of it
  public boolean fold() {
    return overlay.fold();
  }

  /// The memory taken, beside what the page cache holds of the scratch file.
  public long bytes() {
    return overlay.bytes();
  }

  /// The base and everything applied so far.
  ///
  /// @param rows of base and later, dead ones included
  /// @param live narrows a filter to live rows of the base; the filter itself where all are live
  public ItemIndex at(int rows, UnaryOperator<ItemFilter> live) {
    OverlaidPartitions now = overlay.refresh();
    return partitions == null
        ? new OverlaidIndex(base, live, now, rows)
        : partitions.at(now, live, rows);
  }

  @Override
  public void close() throws IOException {
    overlay.close();
  }
}
