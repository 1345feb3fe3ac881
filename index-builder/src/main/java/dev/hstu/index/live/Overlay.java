package dev.hstu.index.live;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.IndexOverlay;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Applies updates in the order of the log and makes snapshots of what they amount to. For one
/// thread; the snapshots are for any.
final class Overlay implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Overlay.class);

  /// Threads that a replay is assigned by: beyond these reading the log is what takes the time.
  private static final int MAX_WORKERS = 8;

  private final Catalog catalog;
  private final VectorMatrix vectors;
  private final String modelFingerprint;
  private final int maxLaterRows;
  private final Path scratch;
  private final IndexOverlay index;
  private final RowEnds ends;
  private final LaterRows later;
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
      LiveSettings settings,
      Path scratch,
      long version)
      throws IOException {
    this.catalog = catalog;
    this.vectors = vectors;
    this.modelFingerprint = modelFingerprint;
    this.maxLaterRows = Math.min(settings.maxLaterRows(), Integer.MAX_VALUE - 1 - catalog.size());
    this.scratch = scratch;
    this.index =
        IndexOverlay.over(
            base,
            vectors,
            scratch.resolve("vectors"),
            settings.maxLaterBytes(),
            BackgroundThreads.workers(MAX_WORKERS));
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
          index.add(row, vector);
          laterLive++;
          if (live) {
            end(previous, row);
          }
        }
      }
    }
    version = logged.sequence();
  }

  /// What all updates applied so far amount to.
  LiveSnapshot refresh() {
    int rows = later.end();
    // Bound here, so that the snapshot doesn't follow the count.
    int live = catalog.size() - deadRows;
    ItemIndex now =
        index.at(
            rows,
            live == catalog.size()
                ? filter -> filter
                : filter -> new LiveRows(filter, ends, rows, live));
    return new LiveSnapshot(
        now, new LiveItems(catalog, later, ends, rows, live + laterLive, version));
  }

  /// Takes a step towards faster searches, where updates have made them slower.
  ///
  /// @return whether there was one to take
  boolean fold() {
    return index.fold();
  }

  LiveStatus status() {
    return new LiveStatus(
        version,
        later.end(),
        catalog.size() - deadRows + laterLive,
        deadRows,
        index.bytes(),
        foreign);
  }

  @Override
  public void close() throws IOException {
    try {
      index.close();
    } finally {
      deleteScratch();
    }
  }

  private void deleteScratch() throws IOException {
    try {
      DurableFiles.deleteRecursively(scratch);
    } catch (NoSuchFileException e) {
      // Whoever opened the log next has begun to delete it, which is as good.
      LOG.debug("{} is being deleted by another", scratch, e);
    }
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

  private void end(int row, int by) {
    ends.end(row, by);
    index.remove(row);
    if (row < catalog.size()) {
      deadRows++;
    } else {
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
}
