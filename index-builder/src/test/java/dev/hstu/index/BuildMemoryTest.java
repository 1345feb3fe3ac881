package dev.hstu.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.memory.InsufficientMemoryException;
import dev.hstu.index.memory.MemoryNeed;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.GraphSettings;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.PartitionSettings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

/// A budget decides on the number of shards, or is refused with what is needed.
final class BuildMemoryTest {

  private static final int ITEMS = 20_000;
  private static final long MEGABYTE = 1L << 20;
  private static final long HEAP = 8 * MEGABYTE;

  /// Vectors of 20,000 × 16 float32 values take 1.22 MiB.
  private static final long TIGHT = HEAP + MemoryNeed.MACHINE_BYTES + MEGABYTE;

  private static final IndexSettings PARTITIONS =
      IndexSettings.partitions(PartitionSettings.DEFAULT);

  @TempDir Path folder;

  private BuildInputs inputs;

  @BeforeEach
  void write() throws IOException {
    inputs = BuildInputs.write(folder, ITEMS, 1);
  }

  @Test
  void dividesIntoShardsOnlyWhereTheBudgetIsTight() throws IOException {
    try (ItemVectors vectors = ItemVectors.open(inputs.itemVectors())) {
      assertThat(BuildMemory.fit(PARTITIONS, vectors, 2 * TIGHT, HEAP)).isEqualTo(PARTITIONS);
      assertThat(BuildMemory.fit(PARTITIONS.withShards(3), vectors, 2 * TIGHT, HEAP).shards())
          .isEqualTo(3);
      IndexSettings tight = BuildMemory.fit(PARTITIONS, vectors, TIGHT, HEAP);
      assertThat(tight.shards()).isBetween(2, 8);
      assertThat(tight.withShards(1)).isEqualTo(PARTITIONS);
      IndexSettings graph = IndexSettings.graph(GraphSettings.DEFAULT);
      assertThat(BuildMemory.fit(graph, vectors, TIGHT, HEAP).shards()).isGreaterThan(1);
      assertThat(BuildMemory.fit(IndexSettings.exact(), vectors, TIGHT, HEAP).shards()).isOne();
    }
  }

  @Test
  void refusesWhatNoNumberOfShardsMakesFit() throws IOException {
    try (ItemVectors vectors = ItemVectors.open(inputs.itemVectors())) {
      assertThatThrownBy(() -> BuildMemory.fit(PARTITIONS, vectors, 100 * MEGABYTE, HEAP))
          .isInstanceOf(InsufficientMemoryException.class)
          .hasMessageStartingWith("100 MiB of memory is below the ")
          .hasMessageContaining("that building partitions over 20000 items of 16 values in 256")
          .hasMessageContaining("8 MiB Java heap, 200 MiB Java machine, 1 MiB vectors of a shard")
          .hasMessageEndingWith("allow more with --ram");
      assertThatThrownBy(() -> BuildMemory.fit(PARTITIONS, vectors, 2 * TIGHT, MEGABYTE))
          .isInstanceOf(InsufficientMemoryException.class)
          .hasMessageContaining("the Java heap may grow to 1 MiB")
          .hasMessageContaining("ids, 1 MiB popularity; allow more with HSTU_JAVA_OPTS=-Xmx2m");
    }
  }

  @Test
  void aTightBuildAnswersLikeALooseOne() throws IOException {
    GenerationStore store = GenerationStore.at(folder.resolve("generations"));
    IndexSettings tight;
    try (ItemVectors vectors = ItemVectors.open(inputs.itemVectors())) {
      tight = BuildMemory.fit(PARTITIONS, vectors, TIGHT, HEAP);
    }
    String id =
        IndexBuilder.build(
                inputs.request(store, GenerationEvaluator.NONE, tight, BuildInputs.TIME),
                BuildListener.NONE)
            .id();
    try (Generation generation = store.open(id)) {
      assertThat(generation.manifest().shards()).hasSize(tight.shards());
      int hits = 0;
      Candidates found = new Candidates(100);
      Candidates truth = new Candidates(100);
      for (int q = 0; q < 50; q++) {
        float[] query = new float[generation.index().dimension()];
        query[q % query.length] = 1;
        query[q * 7 % query.length] += .5f;
        generation.index().search(query, 100, ItemFilter.all(), generation.searchOptions(), found);
        generation
            .exactScan()
            .search(query, 100, ItemFilter.all(), generation.searchOptions(), truth);
        RoaringBitmap wanted = RoaringBitmap.bitmapOf(truth.rows());
        for (int row : found.rows()) {
          hits += wanted.contains(row) ? 1 : 0;
        }
      }
      assertThat(hits / 5_000.0).isGreaterThan(.95);
    }
  }
}
