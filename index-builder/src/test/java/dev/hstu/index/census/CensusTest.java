package dev.hstu.index.census;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hstu.index.BuildInputs;
import dev.hstu.index.BuildListener;
import dev.hstu.index.GenerationEvaluator;
import dev.hstu.index.IndexBuilder;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationLayout;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ClusteredVectors;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.GraphSettings;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.RepairedIndex;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The census counts exactly the items that no search comes to, and the repair leaves none.
final class CensusTest {

  private static final int DIMENSION = 16;
  private static final int ITEMS = 3_000;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(IndexType.class)
  void everyItemOfAGenerationIsReachableAndFoundByItself(IndexType type) throws IOException {
    BuildInputs inputs = BuildInputs.write(folder, ITEMS, 1);
    try (Generation generation = build(inputs, IndexSettings.DEFAULT.withType(type))) {
      CensusReport report = Census.of(generation);
      assertThat(report.isClean()).as(report.describe()).isTrue();
      assertThat(report.items()).isEqualTo(ITEMS);
      OwnVectorProbe probe =
          OwnVectorProbe.run(
              generation.index(), generation.vectors(), 10, generation.searchOptions(), 500, 1);
      assertThat(probe.share()).isEqualTo(1);
    }
  }

  /// Many copies of few vectors fill each other's short neighbour lists, so that whole heaps of
  /// them have no way in.
  @Test
  void whatAGraphLosesIsListedByTheBuildAndFoundAllTheSame() throws IOException {
    float[] values = heaps(8_000, 200, 5);
    BuildInputs inputs = inputs(values);
    IndexSettings narrow = IndexSettings.graph(new GraphSettings(2, 4));
    try (Generation generation = build(inputs, narrow)) {
      assertThat(generation.manifest().files()).containsKey(GenerationLayout.UNREACHABLE);
      assertThat(Census.of(generation).unreachable()).isEmpty();
    }
  }

  @Test
  void plantedLossesAreCountedAndRepaired() throws IOException {
    VectorMatrix vectors = new ClusteredVectors(DIMENSION, 5, 3).matrix(500);
    ItemIndex losing = new Losing(new ExactScan(vectors), 7);
    int[] lost = Census.unreachable(losing);
    assertThat(lost).hasSize(72).startsWith(0, 7, 14);
    ItemIndex repaired = Census.repaired(losing, vectors);
    assertThat(Census.unreachable(repaired)).isEmpty();
    Candidates right = new Candidates(1);
    Candidates found = new Candidates(1);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100; i++) {
      float[] query = new ClusteredVectors(DIMENSION, 5, i).query();
      int k = 1 + random.nextInt(600);
      ItemFilter filter = i % 2 == 0 ? ItemFilter.all() : row -> row % 3 != 0;
      new ExactScan(vectors).search(query, k, filter, SearchOptions.EXACT, right);
      repaired.search(query, k, filter, SearchOptions.DEFAULT, found);
      assertThat(found.rows()).isEqualTo(right.rows());
      assertThat(found.scores()).isEqualTo(right.scores());
      // Beside a scan, which finds them already, no row comes twice.
      new RepairedIndex(new ExactScan(vectors), vectors, lost)
          .search(query, k, filter, SearchOptions.DEFAULT, found);
      assertThat(found.rows()).isEqualTo(right.rows());
    }
  }

  @Test
  void tooManyToCompareAreNoRepair() {
    VectorMatrix vectors = VectorMatrix.copyOf(new float[RepairedIndex.MAX_ROWS + 1], 1);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new RepairedIndex(
                    new ExactScan(vectors), vectors, new int[RepairedIndex.MAX_ROWS + 1]))
        .withMessageContaining("build the index anew");
  }

  /// float `[items · D]`: `distinct` vectors, each in copies that differ by next to nothing.
  private static float[] heaps(int items, int distinct, long seed) {
    float[] centres = new ClusteredVectors(DIMENSION, distinct, seed).values(distinct);
    float[] values = new float[items * DIMENSION];
    for (int row = 0; row < items; row++) {
      System.arraycopy(centres, row % distinct * DIMENSION, values, row * DIMENSION, DIMENSION);
    }
    return values;
  }

  private BuildInputs inputs(float[] values) throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{}");
    Path vectors = folder.resolve("vectors.safetensors");
    IdTable ids = IdTable.ofLongs(LongStream.range(0, values.length / DIMENSION).toArray());
    BuildInputs.writeVectors(vectors, ids, values, BuildInputs.metadata("int64", DIMENSION));
    return new BuildInputs(model, vectors);
  }

  private Generation build(BuildInputs inputs, IndexSettings settings) throws IOException {
    GenerationStore store = GenerationStore.at(folder.resolve("generations"));
    return store.open(
        IndexBuilder.build(
                inputs.request(store, GenerationEvaluator.NONE, settings, BuildInputs.TIME),
                BuildListener.NONE)
            .id());
  }

  /// Never comes to each n-th row.
  private record Losing(ExactScan scan, int each) implements ItemIndex {

    @Override
    public int size() {
      return scan.size();
    }

    @Override
    public int dimension() {
      return scan.dimension();
    }

    @Override
    public void search(
        float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target) {
      ItemFilter kept = row -> row % each != 0;
      scan.search(query, k, kept.and(filter), options, target);
    }

    @Override
    public void forEachReachable(IntConsumer row) {
      for (int r = 0; r < size(); r++) {
        if (r % each != 0) {
          row.accept(r);
        }
      }
    }
  }
}
