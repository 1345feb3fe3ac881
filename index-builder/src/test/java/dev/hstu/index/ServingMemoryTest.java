package dev.hstu.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.memory.MemoryNeed;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.PartitionSettings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What serving takes is told by the manifest: what every search reads, and the heap of two.
final class ServingMemoryTest {

  private static final int ITEMS = 2_000;
  private static final int DIMENSION = 16;

  @TempDir Path folder;

  private BuildInputs inputs;
  private GenerationStore store;

  @BeforeEach
  void write() throws IOException {
    inputs = BuildInputs.write(folder, ITEMS, 1);
    store = GenerationStore.at(folder.resolve("generations"));
  }

  @Test
  void anIndexWithCodesIsReadWithoutItsVectors() throws IOException {
    MemoryNeed floats = ServingMemory.beside(build(IvfEncoding.FLOAT32));
    MemoryNeed codes = ServingMemory.beside(build(IvfEncoding.INT8));

    long vectors = (long) ITEMS * DIMENSION * Float.BYTES;
    assertThat(floats.bytes()).isBetween(vectors, 2 * vectors);
    assertThat(codes.bytes()).isBetween(vectors / 4, vectors);
    assertThat(codes.toString()).endsWith("codes of the index");
  }

  @Test
  void theScanKeepsNativeCodesOfBothGenerations() throws IOException {
    GenerationManifest manifest = build(IndexSettings.exact());

    assertThat(ServingMemory.beside(manifest).bytes()).isEqualTo(2L * ITEMS * DIMENSION);
  }

  @Test
  void idsAndPopularityTakeHeapTwice() throws IOException {
    GenerationManifest manifest = build(IvfEncoding.INT8);

    MemoryNeed heap = ServingMemory.heap(manifest);
    // 64-bit ids and popularity, and up to four slots of an int an id.
    assertThat(heap.bytes()).isBetween(2L * ITEMS * (8 + 8 + 8), 2L * ITEMS * (8 + 8 + 16) + 4_096);
    assertThat(ServingMemory.modelBytes(manifest)).isBetween(1_000L, 1_100L);
  }

  private GenerationManifest build(IvfEncoding encoding) throws IOException {
    return build(IndexSettings.partitions(new PartitionSettings(encoding)));
  }

  private GenerationManifest build(IndexSettings index) throws IOException {
    BuildRequest request = inputs.request(store, GenerationEvaluator.NONE, index, BuildInputs.TIME);
    return IndexBuilder.build(request, BuildListener.NONE);
  }
}
