package dev.hstu.index.format;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Runs a task over ranges of numbers on several threads, this one among them. The ranges don't
/// depend on the number of threads, so neither does what a task makes of each.
final class ParallelRanges {

  private ParallelRanges() {}

  /// What is done with a range.
  @FunctionalInterface
  interface Task {

    /// Does the numbers `from..to-1`; called by several threads at once.
    void run(int from, int to);
  }

  /// Does `0..count-1` in ranges of `length` and returns when all are done.
  ///
  /// @param workers threads, at least 1
  /// @throws RuntimeException or Error, the first that a range threw; ranges not begun are dropped
  static void run(int count, int length, int workers, Task task) {
    AtomicInteger next = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    int ranges = Math.ceilDiv(count, length);
    Runnable work =
        () -> {
          try {
            for (int range = next.getAndIncrement();
                range < ranges && failure.get() == null;
                range = next.getAndIncrement()) {
              task.run(range * length, Math.min(count, (range + 1) * length));
            }
          } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
          }
        };
    List<Thread> threads = new ArrayList<>();
    for (int i = 1; i < Math.min(workers, ranges); i++) {
      threads.add(Thread.ofPlatform().name("partitioning-" + i).daemon().start(work));
    }
    work.run();
    join(threads);
    switch (failure.get()) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> {}
    }
  }

  /// Waits for all, whatever interrupts: they use memory that the caller frees.
  private static void join(List<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
