package dev.hstu.benchmarks.service;

import dev.hstu.benchmarks.service.ServiceFigures.Turn;
import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/// The searches of a service without the service: the same vectors, the same seen items left out,
/// one thread.
final class SearchFloor implements AutoCloseable {

  private final Generation generation;
  private final float[][] users;
  private final ItemFilter[] seen;
  private final Candidates found;
  private final int k;

  private SearchFloor(Generation generation, float[][] users, ItemFilter[] seen, int k) {
    this.generation = generation;
    this.users = users;
    this.seen = seen;
    this.k = k;
    found = new Candidates(k);
  }

  /// Opens the published generation and encodes its users.
  static SearchFloor open(ServedWorld world, int userCount, int k) throws IOException {
    Generation generation = world.store().open(world.store().currentId().orElseThrow());
    float[][] users = new float[userCount][];
    ItemFilter[] seen = new ItemFilter[userCount];
    try (OpenModel folder = ModelFolder.open(generation.modelFolder());
        UserEncoder encoder =
            Encoder.open(folder.model(), EngineChoice.of(Engine.REFERENCE).withThreads(1))) {
      for (int u = 0; u < userCount; u++) {
        int[] rows = world.history(u);
        int[] items = Arrays.stream(rows).map(row -> row + 1).toArray();
        UserHistory history =
            new UserHistory(items, ServedWorld.times(rows.length), ServedWorld.REQUEST_TIME);
        users[u] = encoder.encode(List.of(history))[0];
        seen[u] = ItemFilter.excluding(rows);
      }
    }
    return new SearchFloor(generation, users, seen, k);
  }

  /// Searches for a while, in the order in which requests come.
  Turn turn(Duration time) {
    search(time.dividedBy(4));
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long cpu = threads.getCurrentThreadCpuTime();
    Histogram micros = search(time);
    double count = micros.getTotalCount();
    return new Turn(
        "search in process",
        count / (time.toNanos() / 1e9),
        (threads.getCurrentThreadCpuTime() - cpu) / 1e3 / count,
        micros.getValueAtPercentile(50),
        micros.getValueAtPercentile(99));
  }

  @Override
  public void close() throws IOException {
    generation.close();
  }

  private Histogram search(Duration time) {
    Histogram micros = new Histogram(60_000_000, 3);
    ItemIndex index = generation.index();
    SearchOptions options = generation.searchOptions();
    long end = System.nanoTime() + time.toNanos();
    for (int i = 0; System.nanoTime() < end; i++) {
      long start = System.nanoTime();
      int user = i % users.length;
      index.search(users[user], k, seen[user], options, found);
      micros.recordValue((System.nanoTime() - start) / 1_000);
    }
    return micros;
  }
}
