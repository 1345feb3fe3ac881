package dev.hstu.index.live;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.LaterSegment;
import dev.hstu.index.search.OverlaidIndex;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.jspecify.annotations.Nullable;

/// Applies updates in the order of the log and makes moments of what they amount to. For one
/// thread; the moments are for any.
final class Overlay implements AutoCloseable {

  private final ItemIndex base;
  private final Catalog catalog;
  private final VectorMatrix vectors;
  private final String modelFingerprint;
  private final int maxLaterRows;
  private final OverlayWriter writer;
  private final RowEnds ends;
  private final LaterRows later;
  private final Map<IndexReader.CacheKey, LaterSegment> segments = new HashMap<>();
  private @Nullable DirectoryReader reader;
  private int deadRows;
  private int laterLive;
  private long foreign;
  private long version;

  /// @param vectors of the base, by row
  /// @param scratch an empty folder, deleted on close
  /// @param version the last update that the base has taken in already
  Overlay(
      ItemIndex base,
      Catalog catalog,
      VectorMatrix vectors,
      String modelFingerprint,
      int maxLaterRows,
      Path scratch,
      long version)
      throws IOException {
    this.base = base;
    this.catalog = catalog;
    this.vectors = vectors;
    this.modelFingerprint = modelFingerprint;
    this.maxLaterRows = Math.min(maxLaterRows, Integer.MAX_VALUE - 1 - catalog.size());
    this.writer = OverlayWriter.open(scratch);
    this.ends = new RowEnds(catalog.size() + this.maxLaterRows);
    this.later = new LaterRows(catalog.size(), this.maxLaterRows);
    this.version = version;
  }

  /// Applies the next update.
  ///
  /// @throws UpdatesRefusedException when there are as many later rows as may be
  void apply(LoggedUpdate logged) throws IOException {
    if (later.end() - catalog.size() >= maxLaterRows) {
      throw new UpdatesRefusedException(
          false,
          "%d updates since the generation was built are kept already; build and publish one"
                  .formatted(maxLaterRows)
              + " that takes them in, or raise updates.max-kept");
    }
    String id = logged.update().id();
    int previous = later.lastRow(id, later.end(), catalog.ids().rowOf(id));
    boolean live = previous != IdTable.NOT_FOUND && ends.isLive(previous, later.end());
    switch (logged.update()) {
      case ItemUpdate.Delete _ -> {
        if (live) {
          int row = later.end();
          later.add(id, previous, ItemAttributes.NONE, IdTable.NOT_FOUND);
          ends.end(row, row);
          end(previous, row);
        }
      }
      case ItemUpdate.Upsert upsert -> {
        float @Nullable [] vector = vector(logged.modelFingerprint(), upsert);
        if (vector == null) {
          foreign++;
        } else {
          int row = later.end();
          addRow(upsert, previous, live);
          writer.add(row, vector);
          laterLive++;
          if (live) {
            end(previous, row);
          }
        }
      }
    }
    version = logged.sequence();
  }

  /// The moment after all updates applied so far.
  Moment refresh() throws IOException {
    @Nullable DirectoryReader before = reader;
    DirectoryReader now = writer.refresh(before);
    reader = now;
    if (before != null && before != now) {
      before.decRef();
    }
    int rows = later.end();
    // Bound here, so that the moment doesn't follow the count.
    int live = catalog.size() - deadRows;
    OverlaidIndex index =
        new OverlaidIndex(
            base,
            live == catalog.size()
                ? filter -> filter
                : filter -> new LiveRows(filter, ends, rows, live),
            laterSegments(now),
            rows);
    return new Moment(
        index, new LiveItems(catalog, later, ends, rows, live + laterLive, version), now);
  }

  LiveStatus status() {
    return new LiveStatus(
        version,
        later.end(),
        catalog.size() - deadRows + laterLive,
        deadRows,
        segments.size(),
        foreign);
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.decRef();
    }
    writer.close();
  }

  private void addRow(ItemUpdate.Upsert upsert, int previous, boolean live) {
    @Nullable ItemAttributes given = upsert.attributes();
    if (given != null || !live) {
      later.add(
          upsert.id(), previous, given == null ? ItemAttributes.NONE : given, IdTable.NOT_FOUND);
    } else if (previous < catalog.size()) {
      later.add(upsert.id(), previous, null, previous);
    } else {
      later.add(upsert.id(), previous, later.attributes(previous), later.attributesRow(previous));
    }
  }

  private void end(int row, int by) throws IOException {
    ends.end(row, by);
    if (row < catalog.size()) {
      deadRows++;
    } else {
      writer.delete(row);
      laterLive--;
    }
  }

  /// What an item is searched by here: an update's own vector, or, where another model made that,
  /// the one that this generation's model made of the item; null where there is none.
  private float @Nullable [] vector(String fingerprint, ItemUpdate.Upsert upsert) {
    if (fingerprint.equals(modelFingerprint)) {
      return upsert.vector();
    }
    int row = catalog.ids().rowOf(upsert.id());
    if (row == IdTable.NOT_FOUND) {
      return null;
    }
    float[] vector = new float[vectors.dimension()];
    vectors.copyRow(row, vector);
    return vector;
  }

  /// The segments of a reader; what is in one never changes but for what is deleted.
  private List<LaterSegment> laterSegments(DirectoryReader from) throws IOException {
    Map<IndexReader.CacheKey, LaterSegment> known = new HashMap<>(segments);
    segments.clear();
    List<LaterSegment> found = new ArrayList<>();
    for (LeafReaderContext leaf : from.leaves()) {
      LeafReader part = leaf.reader();
      IndexReader.CacheKey key = part.getCoreCacheHelper().getKey();
      @Nullable LaterSegment before = known.get(key);
      LaterSegment segment =
          before == null ? LaterSegment.of(part) : before.withLive(part.getLiveDocs());
      segments.put(key, segment);
      found.add(segment);
    }
    return found;
  }
}
