package dev.hstu.index.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.census.Census;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ClusteredVectors;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.index.search.SearchPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Deleting, putting back and replacing a fifth of the items costs at most a point of recall@500,
/// against an exact scan of what is live.
final class ChurnTest {

  private static final int K = 500;
  private static final int DIMENSION = 32;
  private static final int QUERIES = 60;
  private static final double MOST_LOST = 0.01;
  private static final int BATCH = 500;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(
      value = IndexType.class,
      names = {"GRAPH", "PARTITIONS"})
  void aFifthOfTheItemsChurned(IndexType type) throws Exception {
    churn(type, 20_000);
  }

  @ParameterizedTest
  @EnumSource(
      value = IndexType.class,
      names = {"GRAPH", "PARTITIONS"})
  @Tag("soak")
  void aFifthOfManyItemsChurned(IndexType type) throws Exception {
    churn(type, 200_000);
  }

  private void churn(IndexType type, int items) throws Exception {
    GenerationStore store = GenerationStore.at(folder.resolve("generations"));
    ClusteredVectors source = new ClusteredVectors(DIMENSION, 100, 11);
    float[] values = source.values(items);
    Map<String, float[]> content = new LinkedHashMap<>();
    for (int row = 0; row < items; row++) {
      content.put(LiveFixtures.id(row), row(values, row));
    }
    List<float[]> queries = new ArrayList<>();
    for (int i = 0; i < QUERIES; i++) {
      queries.add(source.query());
    }
    String id =
        LiveFixtures.build(store, values, DIMENSION, IndexSettings.DEFAULT.withType(type)).id();
    try (Generation generation = store.open(id);
        LiveIndex live =
            LiveIndex.open(
                generation, store.root().resolve(UpdateLog.FOLDER), LiveFixtures.EAGER)) {
      // The index itself, not the scan that the planner prefers for so few items.
      SearchOptions options = new SearchOptions(0, SearchPlan.INDEX);
      double before = recall(live, content, queries, options);
      long sequence = churn(live, source, content, items);
      assertThat(live.awaitSearchable(sequence, LiveFixtures.PATIENCE)).isTrue();
      double after = recall(live, content, queries, options);
      System.out.printf(
          Locale.ROOT,
          "%s, %d items: recall@%d %.4f before and %.4f after a fifth was churned; %s%n",
          type,
          items,
          K,
          before,
          after,
          live.status());
      assertThat(after).isGreaterThanOrEqualTo(before - MOST_LOST);
      LiveSnapshot now = live.snapshot();
      assertThat(Census.of(now).isClean()).isTrue();
    }
  }

  /// A third of the fifth each is deleted, deleted and put back, and given another vector.
  private static long churn(
      LiveIndex live, ClusteredVectors source, Map<String, float[]> content, int items)
      throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    List<ItemUpdate> updates = new ArrayList<>();
    float[] fresh = source.values(items / 5);
    long sequence = 0;
    for (int i = 0; i < items / 5; i++) {
      String id = LiveFixtures.id(random.nextInt(items));
      float[] before = content.get(id);
      float[] vector = i % 3 == 1 && before != null ? before : row(fresh, i);
      if (i % 3 < 2) {
        updates.add(LiveFixtures.delete(id));
        content.remove(id);
      }
      if (i % 3 > 0) {
        updates.add(LiveFixtures.put(id, vector));
        content.put(id, vector);
      }
      if (updates.size() >= BATCH || i == items / 5 - 1) {
        sequence = live.submit(List.copyOf(updates)).get();
        updates.clear();
      }
    }
    return sequence;
  }

  private static double recall(
      LiveIndex live, Map<String, float[]> content, List<float[]> queries, SearchOptions options)
      throws IOException {
    List<String> ids = List.copyOf(content.keySet());
    float[] all = new float[ids.size() * DIMENSION];
    for (int i = 0; i < ids.size(); i++) {
      System.arraycopy(content.get(ids.get(i)), 0, all, i * DIMENSION, DIMENSION);
    }
    ItemIndex truth = new ExactScan(VectorMatrix.copyOf(all, DIMENSION));
    Candidates right = new Candidates(K);
    Candidates found = new Candidates(K);
    long hits = 0;
    LiveSnapshot now = live.snapshot();
    for (float[] query : queries) {
      truth.search(query, K, ItemFilter.all(), SearchOptions.EXACT, right);
      now.index().search(query, K, ItemFilter.all(), options, found);
      assertThat(found.size()).isEqualTo(K);
      Set<String> wanted = new HashSet<>();
      for (int i = 0; i < K; i++) {
        wanted.add(ids.get(right.row(i)));
      }
      for (int i = 0; i < K; i++) {
        hits += wanted.contains(now.items().idAt(found.row(i))) ? 1 : 0;
      }
    }
    return (double) hits / queries.size() / K;
  }

  private static float[] row(float[] values, int row) {
    float[] vector = new float[DIMENSION];
    System.arraycopy(values, row * DIMENSION, vector, 0, DIMENSION);
    return vector;
  }
}
