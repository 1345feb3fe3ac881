package dev.hstu.index;

import dev.hstu.index.generation.GenerationLayout;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.memory.MemoryNeed;
import dev.hstu.index.search.IndexFiles;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.kernels.storage.FileChecksum;

/// What it takes to serve a generation beside the one it replaces, told from its manifest before a
/// file of it is opened.
///
/// Counted is what every search reads: of an index with codes these, not the float32 vectors that
/// only the best are scored again with, which the page cache keeps as far as there is room. Of the
/// generation that is replaced counts what can't make room: heap and native memory. Named sets (a
/// bit an item each, a second where partitions are swept) and the overlay of later updates come on
/// top.
public final class ServingMemory {

  /// That are counted: open at once while one replaces the other.
  public static final int GENERATIONS = 2;

  private ServingMemory() {}

  /// The heap of both generations.
  public static MemoryNeed heap(GenerationManifest manifest) {
    int items = manifest.items();
    long vectors = (long) items * manifest.dimension() * Float.BYTES;
    long ids = BuildMemory.idTableBytes(items, bytes(manifest, GenerationLayout.VECTORS) - vectors);
    return MemoryNeed.NONE
        .and("ids", GENERATIONS * ids)
        .and("popularity", (long) GENERATIONS * items * Long.BYTES)
        .and("attributes", GENERATIONS * bytes(manifest, GenerationLayout.ATTRIBUTES));
  }

  /// What searches read beside the heap.
  public static MemoryNeed beside(GenerationManifest manifest) {
    IndexSettings index = manifest.index();
    if (index.type() == IndexType.EXACT) {
      return MemoryNeed.NONE.and(
          "codes of the scan", (long) GENERATIONS * manifest.items() * manifest.dimension());
    }
    long bytes =
        manifest.files().entrySet().stream()
            .filter(file -> file.getKey().startsWith(GenerationLayout.INDEX + "/"))
            .filter(file -> !index.hasCodes() || !IndexFiles.holdsVectors(file.getKey()))
            .mapToLong(file -> file.getValue().bytes())
            .sum();
    return MemoryNeed.NONE.and(index.hasCodes() ? "codes of the index" : "index", bytes);
  }

  /// The files of the model, once.
  public static long modelBytes(GenerationManifest manifest) {
    return manifest.files().entrySet().stream()
        .filter(file -> file.getKey().startsWith(GenerationLayout.MODEL + "/"))
        .mapToLong(file -> file.getValue().bytes())
        .sum();
  }

  private static long bytes(GenerationManifest manifest, String name) {
    FileChecksum file = manifest.files().get(name);
    return file == null ? 0 : file.bytes();
  }
}
