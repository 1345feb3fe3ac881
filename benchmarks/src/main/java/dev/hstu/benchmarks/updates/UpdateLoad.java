package dev.hstu.benchmarks.updates;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.live.ItemUpdate;
import dev.hstu.index.live.LiveIndex;
import dev.hstu.index.live.LiveSnapshot;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.SearchOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// One thread searches a live index as fast as it is answered; another updates items at a fixed
/// rate: of ten, seven get another vector, one is deleted and put back later, two are new.
public final class UpdateLoad {

  private static final long HIGHEST_MICROS = 60_000_000;
  private static final int DIGITS = 3;

  private final LiveIndex live;
  private final VectorMatrix fresh;
  private final float[][] queries;
  private final UpdateLoadSettings settings;
  private final Candidates found;
  private final ConcurrentLinkedQueue<Due> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /// @param fresh vectors for updates, taken in turn
  /// @param queries taken in turn
  public UpdateLoad(
      LiveIndex live, VectorMatrix fresh, float[][] queries, UpdateLoadSettings settings) {
    this.live = live;
    this.fresh = fresh;
    this.queries = queries;
    this.settings = settings;
    this.found = new Candidates(settings.k());
  }

  /// Measures.
  public UpdateLoadResult run() throws InterruptedException {
    search(settings.quiet().dividedBy(2)); // warms up
    Histogram before = search(settings.quiet());
    Histogram acknowledged = new ConcurrentHistogram(HIGHEST_MICROS, DIGITS);
    Histogram searchable = new ConcurrentHistogram(HIGHEST_MICROS, DIGITS);
    AtomicBoolean stop = new AtomicBoolean();
    Thread updater = Thread.ofPlatform().start(() -> guarded(() -> update(stop, acknowledged)));
    Thread watcher = Thread.ofPlatform().start(() -> guarded(() -> watch(updater, searchable)));
    long start = System.nanoTime();
    Histogram beside = search(settings.busy());
    double seconds = (System.nanoTime() - start) / 1e9;
    stop.set(true);
    updater.join();
    watcher.join();
    double rate = acknowledged.getTotalCount() / seconds;
    Histogram after = search(settings.quiet());
    Throwable failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("updates failed", failed);
    }
    return new UpdateLoadResult(
        before, beside, after, acknowledged, searchable, rate, live.status());
  }

  private Histogram search(Duration duration) {
    Histogram micros = new Histogram(HIGHEST_MICROS, DIGITS);
    SearchOptions options = live.generation().searchOptions();
    long end = System.nanoTime() + duration.toNanos();
    for (int i = 0; System.nanoTime() < end; i++) {
      long start = System.nanoTime();
      LiveSnapshot now = live.snapshot();
      now.index()
          .search(queries[i % queries.length], settings.k(), ItemFilter.all(), options, found);
      micros.recordValue(Math.min(HIGHEST_MICROS, (System.nanoTime() - start) / 1_000));
    }
    return micros;
  }

  private void update(AtomicBoolean stop, Histogram acknowledged) throws IOException {
    SplittableRandom random = new SplittableRandom(settings.seed());
    Deque<String> deleted = new ArrayDeque<>();
    long start = System.nanoTime();
    long nanosEach = 1_000_000_000L / settings.rate();
    for (long number = 0; !stop.get(); number++) {
      long due = start + number * nanosEach;
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      CompletableFuture<Long> done = live.submit(List.of(next(number, random, deleted)));
      CompletableFuture<Void> _ =
          done.thenAccept(
              sequence -> {
                acknowledged.recordValue((System.nanoTime() - due) / 1_000_000);
                waiting.add(new Due(sequence, due));
              });
    }
  }

  private ItemUpdate next(long number, SplittableRandom random, Deque<String> deleted) {
    int kind = (int) (number % 10);
    if (kind == 0) {
      String id = Integer.toString(random.nextInt(settings.items()));
      deleted.add(id);
      return new ItemUpdate.Delete(id);
    }
    String id =
        switch (kind) {
          case 1, 2 -> Long.toString(settings.items() + number);
          case 3 -> deleted.isEmpty() ? "0" : deleted.remove();
          default -> Integer.toString(random.nextInt(settings.items()));
        };
    float[] vector = new float[fresh.dimension()];
    fresh.copyRow((int) (number % fresh.rows()), vector);
    return new ItemUpdate.Upsert(id, vector, null);
  }

  private void watch(Thread updater, Histogram searchable) throws InterruptedException {
    while (updater.isAlive() || !waiting.isEmpty()) {
      Due next = waiting.poll();
      if (next == null) {
        LockSupport.parkNanos(1_000_000);
      } else if (live.awaitSearchable(next.sequence, Duration.ofSeconds(60))) {
        searchable.recordValue((System.nanoTime() - next.nanos) / 1_000_000);
      } else {
        throw new IllegalStateException(
            "update %d is not searchable after a minute".formatted(next.sequence));
      }
    }
  }

  private void guarded(Work work) {
    try {
      work.run();
    } catch (IOException | RuntimeException e) {
      failure.set(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Due(long sequence, long nanos) {}

  @FunctionalInterface
  private interface Work {
    void run() throws IOException, InterruptedException;
  }
}
