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
import java.util.List;
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

  private int successes(int trials, int rows, int sampleRows, int k) throws Exception {
    int successes = 0;
    for (int trial = 0; trial < trials; trial++) {
      // From few tight clusters to so many that they run into each other.
      ClusteredVectors world = new ClusteredVectors(64, 100 << (trial % 6), trial);
      double recall = trial(world, world.matrix(rows), sampleRows, k, trial);
      LOG.info("trial {}: recall {} on fresh queries", trial, recall);
      if (recall >= RECALL) {
        successes++;
      }
    }
    return successes;
  }

  private double trial(
      ClusteredVectors world, VectorMatrix vectors, int sampleRows, int k, int seed)
      throws Exception {
    TuningGoal goal = new TuningGoal(RECALL, k, 0, 0);
    List<float[]> known = queries(world);
    Tuning tuning =
        Autopilot.tune(
            vectors,
            known,
            goal,
            TuningSettings.thorough(2).withSampleRows(sampleRows).withSeed(seed),
            folder.resolve("scratch"),
            TuningListener.NONE);
    return recallOf(tuning.chosen(), vectors, known, queries(world), goal);
  }

  private double recallOf(
      IndexSettings chosen,
      VectorMatrix vectors,
      List<float[]> known,
      List<float[]> fresh,
      TuningGoal goal)
      throws IOException {
    List<Path> shards = List.of(folder.resolve("shard"));
    ItemIndexWriter.write(shards, vectors, chosen, 2, IndexProgress.NONE);
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
