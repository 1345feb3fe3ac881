package dev.hstu.index.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.ClusteredVectors;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.IndexProgress;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.ItemIndexWriter;
import dev.hstu.index.search.OpenIndex;
import dev.hstu.index.search.SearchPlan;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The promise of a tuning: what it chose, built over all items and calibrated there, reaches the
/// recall on queries that it has never seen.
class TuningTrialsTest {

  private static final Logger LOG = LoggerFactory.getLogger(TuningTrialsTest.class);

  private static final double RECALL = .97;
  private static final int QUERIES = 512;
  private static final int WORKERS = 2;

  @TempDir private Path folder;

  @Test
  void freshQueriesReachTheRecall() throws Exception {
    assertThat(successes(2, 10_000, 2_500, 100)).isEqualTo(2);
  }

  @Test
  @Tag("soak")
  void freshQueriesReachTheRecallIn38Of40Trials() throws Exception {
    assertThat(successes(40, 200_000, 20_000, 500)).isGreaterThanOrEqualTo(38);
  }

  /// Runs the trials side by side, each with the two threads of its builds.
  private int successes(int trials, int rows, int sampleRows, int k) throws Exception {
    int successes = 0;
    int sideBySide = Math.max(1, Runtime.getRuntime().availableProcessors() / WORKERS);
    try (ExecutorService pool = Executors.newFixedThreadPool(sideBySide)) {
      List<Future<Double>> recalls = new ArrayList<>();
      for (int trial = 0; trial < trials; trial++) {
        int seed = trial;
        // From few tight clusters to so many that they run into each other.
        recalls.add(
            pool.submit(
                () ->
                    trial(
                        new ClusteredVectors(64, 100 << (seed % 6), seed),
                        rows,
                        sampleRows,
                        k,
                        seed)));
      }
      for (Future<Double> recall : recalls) {
        LOG.info("recall {} on fresh queries", recall.get());
        if (recall.get() >= RECALL) {
          successes++;
        }
      }
    }
    LOG.info("{} of {} trials reached {}", successes, trials, RECALL);
    return successes;
  }

  private double trial(ClusteredVectors world, int rows, int sampleRows, int k, int seed)
      throws Exception {
    VectorMatrix vectors = world.matrix(rows);
    Path own = folder.resolve("trial-" + seed);
    TuningGoal goal = new TuningGoal(RECALL, k, 0, 0);
    List<float[]> known = queries(world);
    Tuning tuning =
        Autopilot.tune(
            vectors,
            known,
            goal,
            TuningSettings.thorough(WORKERS).withSampleRows(sampleRows).withSeed(seed),
            own.resolve("scratch"),
            TuningListener.NONE);
    return recallOf(tuning.chosen(), own, vectors, known, queries(world), goal);
  }

  private double recallOf(
      IndexSettings chosen,
      Path own,
      VectorMatrix vectors,
      List<float[]> known,
      List<float[]> fresh,
      TuningGoal goal)
      throws IOException {
    List<Path> shards = List.of(own.resolve("shard"));
    ItemIndexWriter.write(shards, vectors, chosen, WORKERS, IndexProgress.NONE);
    ExactScan exact = new ExactScan(vectors);
    try (OpenIndex index = OpenIndex.open(chosen, shards, vectors)) {
      SearchPoint point = Autopilot.calibrate(index, chosen, exact, vectors, known, goal);
      LOG.info("chose {} searched by {}", chosen, point);
      return QuerySample.of(exact, fresh, goal.k())
          .recall(index, point.search().options(SearchPlan.INDEX))
          .mean();
    } finally {
      DurableFiles.deleteRecursively(shards.getFirst());
    }
  }

  private static List<float[]> queries(ClusteredVectors world) {
    return IntStream.range(0, QUERIES).mapToObj(i -> world.query()).toList();
  }
}
