package dev.hstu.index;

import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.memory.InsufficientMemoryException;
import dev.hstu.index.memory.MemoryNeed;
import dev.hstu.index.search.BuildNeed;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.kernels.safetensors.TensorSpec;
import java.util.Locale;

/// Fits a build into a budget of heap, native memory and page cache together, by dividing the index
/// into so many shards that the vectors of one stay in memory while it is built. Files are
/// otherwise read and written from front to back, which needs no memory to speak of: their pages
/// make room for others.
public final class BuildMemory {

  /// Tables of ids alive at once: of the catalogue, of the vectors, and of the candidate while it
  /// is evaluated.
  private static final int ID_TABLES = 3;

  /// Copies of the popularity alive at once: the catalogue's and the candidate's.
  private static final int POPULARITIES = 2;

  private final IndexSettings wanted;
  private final ItemVectors vectors;
  private final long budgetBytes;
  private final long heapBytes;

  private BuildMemory(IndexSettings wanted, ItemVectors vectors, long budget, long heap) {
    this.wanted = wanted;
    this.vectors = vectors;
    this.budgetBytes = budget;
    this.heapBytes = heap;
  }

  /// The settings with as few shards, at least those wanted, as the budget allows for. The heap
  /// counts as large as it may grow.
  ///
  /// @throws InsufficientMemoryException naming what is needed
  public static IndexSettings fit(IndexSettings wanted, ItemVectors vectors, long budgetBytes)
      throws InsufficientMemoryException {
    return fit(wanted, vectors, budgetBytes, Runtime.getRuntime().maxMemory());
  }

  /// @param heapBytes the largest heap
  static IndexSettings fit(
      IndexSettings wanted, ItemVectors vectors, long budgetBytes, long heapBytes)
      throws InsufficientMemoryException {
    return new BuildMemory(wanted, vectors, budgetBytes, heapBytes).fit();
  }

  private IndexSettings fit() throws InsufficientMemoryException {
    int shards = wanted.shards();
    while (!fits(shards) && shards < IndexSettings.MAX_SHARDS) {
      shards++;
    }
    heapNeed(shards).requireWithinHeap(heapBytes, work(shards));
    need(shards).requireWithin(budgetBytes, work(shards));
    return wanted.withShards(shards);
  }

  private boolean fits(int shards) {
    return heapNeed(shards).bytes() <= heapBytes && need(shards).bytes() <= budgetBytes;
  }

  private MemoryNeed need(int shards) {
    MemoryNeed need =
        MemoryNeed.NONE.and("Java heap", heapBytes).and("Java machine", MemoryNeed.MACHINE_BYTES);
    for (MemoryNeed.Part part :
        BuildNeed.of(wanted, rows(shards), vectors.matrix().dimension()).parts()) {
      need = need.and(part.of(), part.bytes());
    }
    return need;
  }

  private MemoryNeed heapNeed(int shards) {
    int items = vectors.matrix().rows();
    return BuildNeed.heap(wanted, rows(shards), vectors.matrix().dimension())
        .and("ids", ID_TABLES * idBytes())
        .and("popularity", (long) POPULARITIES * items * Long.BYTES);
  }

  private long idBytes() {
    long stored = vectors.ids().specs("").stream().mapToLong(TensorSpec::byteSize).sum();
    return idTableBytes(vectors.ids().size(), stored);
  }

  /// Of one table of ids: the ids and the hash slots over them, at most half full.
  ///
  /// @param storedBytes the ids' own, as they stand in a file
  static long idTableBytes(int ids, long storedBytes) {
    return storedBytes + Long.highestOneBit(Math.max(1, ids)) * 4 * Integer.BYTES;
  }

  private int rows(int shards) {
    return Math.ceilDiv(vectors.matrix().rows(), shards);
  }

  private String work(int shards) {
    return "building %s over %d items of %d values in %d shards"
        .formatted(
            wanted.type().name().toLowerCase(Locale.ROOT),
            vectors.matrix().rows(),
            vectors.matrix().dimension(),
            shards);
  }
}
