package dev.hstu.retrieval.receipts;

import dev.hstu.kernels.cpu.BackgroundThreads;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that looks at what was put aside: only while no request waits, and within its
/// budget. A piece that has begun is finished.
///
/// @param <T> what is put aside
final class ReceiptWorker<T> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ReceiptWorker.class);

  /// Between two looks while there is load or no budget: short against the seconds that samples may
  /// wait, long against the microsecond that a look takes.
  private static final long PAUSE_MILLIS = 20;

  private static final long IDLE_MILLIS = 500;
  private static final long END_MILLIS = 2_000;

  /// What a look came to.
  enum Look {
    NOTHING_THERE,
    LOAD,
    NO_BUDGET,
    DONE
  }

  private final SampleReservoir<T> samples;
  private final BooleanSupplier idle;
  private final CpuBudget budget;
  private final LongSupplier cpuNanos;
  private final ToLongFunction<T> work;
  private final CountDownLatch closing = new CountDownLatch(1);
  private @Nullable Thread thread;
  private volatile long spentNanos;

  /// @param idle whether no request waits
  /// @param cpuNanos processor time of the calling thread
  /// @param work looks at one; returns how many threads may have worked at it
  ReceiptWorker(
      SampleReservoir<T> samples,
      BooleanSupplier idle,
      CpuBudget budget,
      LongSupplier cpuNanos,
      ToLongFunction<T> work) {
    this.samples = samples;
    this.idle = idle;
    this.budget = budget;
    this.cpuNanos = cpuNanos;
    this.work = work;
  }

  /// Begins, on a thread of its own; again has no effect.
  synchronized void start() {
    if (thread == null && closing.getCount() > 0) {
      thread = BackgroundThreads.factory("recall-receipts").newThread(this::run);
      thread.start();
    }
  }

  /// Processor time used so far.
  long spentNanos() {
    return spentNanos;
  }

  /// Looks at one sample, if it may.
  Look look() {
    if (!idle.getAsBoolean()) {
      return Look.LOAD;
    }
    if (!budget.allows()) {
      return Look.NO_BUDGET;
    }
    T sample = samples.take();
    if (sample == null) {
      return Look.NOTHING_THERE;
    }
    long start = cpuNanos.getAsLong();
    long threads = work.applyAsLong(sample);
    // Threads that search shards beside this one are charged as if each had worked as long.
    long used = (cpuNanos.getAsLong() - start) * threads;
    budget.spend(used);
    spentNanos += used;
    return Look.DONE;
  }

  @Override
  public void close() {
    closing.countDown();
    Thread running;
    synchronized (this) {
      running = thread;
    }
    if (running != null) {
      try {
        running.join(END_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    try {
      while (closing.getCount() > 0) {
        if (samples.await(IDLE_MILLIS)) {
          switch (look()) {
            case DONE, NOTHING_THERE -> {}
            case LOAD, NO_BUDGET -> {
              if (closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
              }
            }
          }
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("no more receipts", e);
    } catch (RuntimeException | Error e) {
      LOG.error("recall is no longer measured", e);
    }
  }
}
