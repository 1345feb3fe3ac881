package dev.hstu.encoder.training;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Keeps a process that was told to end (SIGTERM, Ctrl-C) alive until its training has finished the
/// step it is at. Otherwise PyTorch's library is unloaded while its workers still compute, and the
/// process may end with a fault.
///
/// One for each training, for the thread that trains.
final class OrderlyEnd implements AutoCloseable {

  /// Longest wait for a step, or for a validation at an epoch's end: less than the 30 s after which
  /// Kubernetes kills, so that the process still says itself how it ended. What takes longer ends
  /// as if killed, and is resumed from the checkpoint before.
  static final int PATIENCE_SECONDS = 25;

  private final CountDownLatch quiet = new CountDownLatch(1);
  private final Thread hook = new Thread(this::await, "end-training");
  private volatile boolean due;

  OrderlyEnd() {
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      due = true; // told to end before there was anything to train
    }
  }

  private void await() {
    due = true;
    try {
      boolean _ = quiet.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Whether no further step is to be begun.
  boolean isDue() {
    return due;
  }

  /// Lets the process end and waits for that. Whoever called the training can't take it for done or
  /// for failed: as if the process were killed, only after a step and a checkpoint.
  ///
  /// @return never
  TrainingResult letGo() {
    close();
    while (true) {
      LockSupport.park(this);
      boolean _ = Thread.interrupted(); // an interrupt is no reason to come back
    }
  }

  /// Nothing computes any more.
  @Override
  public void close() {
    quiet.countDown();
    try {
      boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      due = true; // the process ends, and the hook with it
    }
  }
}
