package dev.hstu.index.search;

import java.io.Closeable;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// The threads that search shards beside the thread that asks.
///
/// The caller takes shards itself until none is left and waits only for those that another thread
/// is at work on, so a search never waits for a free thread: any number of searches may run at
/// once, and with every thread busy each is as fast as in one thread. With parallelism 1 there are
/// no threads.
final class ShardThreads implements Closeable {

  /// Offers of work that wait for a thread; one more is dropped, and its search does without. Most
  /// are stale by the time a thread is free.
  private static final int MAX_OFFERS = 1_024;

  private static final int IDLE_SECONDS = 60;

  private final @Nullable ThreadPoolExecutor pool;

  /// @param parallelism tasks of one run at once, at least 1
  ShardThreads(int parallelism) {
    this.pool = parallelism == 1 ? null : pool(parallelism - 1);
  }

  private static ThreadPoolExecutor pool(int threads) {
    AtomicInteger number = new AtomicInteger();
    ThreadFactory factory =
        task ->
            // Whoever searches first starts them, perhaps a thread in the background: searches that
            // somebody waits for must not rest as that one does.
            Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false)
                .name("search-shard-" + number.incrementAndGet())
                .unstarted(task);
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_OFFERS),
            factory,
            new ThreadPoolExecutor.DiscardPolicy());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /// Runs `task` for each of `0..tasks-1` and returns when all have ended. What they wrote is
  /// visible then.
  ///
  /// @throws RuntimeException or Error, as one of them threw
  void run(int tasks, IntConsumer task) {
    if (pool == null) {
      for (int i = 0; i < tasks; i++) {
        task.accept(i);
      }
      return;
    }
    Run run = new Run(tasks, task);
    for (int i = Math.min(pool.getMaximumPoolSize(), tasks - 1); i > 0; i--) {
      pool.execute(run);
    }
    run.run();
    run.awaitAll();
  }

  /// Ends the threads when what they are at is done.
  @Override
  public void close() {
    if (pool != null) {
      pool.shutdown();
    }
  }

  /// Tasks that any thread may take from.
  private static final class Run implements Runnable {

    private final int tasks;
    private final IntConsumer task;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch unfinished;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Run(int tasks, IntConsumer task) {
      this.tasks = tasks;
      this.task = task;
      this.unfinished = new CountDownLatch(tasks);
    }

    @Override
    public void run() {
      int mine = next.getAndIncrement();
      while (mine < tasks) {
        try {
          task.accept(mine);
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        } finally {
          unfinished.countDown();
        }
        mine = next.getAndIncrement();
      }
    }

    /// Not to be interrupted: the tasks write into what the caller reuses.
    void awaitAll() {
      boolean interrupted = false;
      while (unfinished.getCount() > 0) {
        try {
          unfinished.await();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      switch (failure.get()) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case null, default -> {}
      }
    }
  }
}
