package dev.hstu.retrieval.serving;

import dev.hstu.retrieval.config.AdmissionSettings;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import jakarta.inject.Singleton;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Computes retrievals off the event loop, so many at a time and so many waiting.
///
/// Platform threads of a fixed number, not virtual ones: encoding and searching are computation
/// from end to end (nothing in them waits), native code would pin a carrier anyway, and each
/// thread keeps its [RetrievalBuffers]. Waiting happens in one bounded queue, in order of
/// arrival.
@Singleton
public final class RetrievalWorkers implements AutoCloseable {

  private final ThreadPoolExecutor workers;
  private final int deadlineMillis;
  private final ThreadLocal<RetrievalBuffers> buffers =
      ThreadLocal.withInitial(RetrievalBuffers::new);

  public RetrievalWorkers(AdmissionSettings settings) {
    ThreadFactory threads = Thread.ofPlatform().name("retrieve-", 1).daemon().factory();
    workers =
        new ThreadPoolExecutor(
            settings.workers(),
            settings.workers(),
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(settings.maxQueued()),
            threads);
    workers.prestartAllCoreThreads();
    deadlineMillis = settings.deadlineMillis();
  }

  /// Takes work on, or says why not. Work still waiting at its deadline is not begun.
  ///
  /// @param work gets its worker's buffers
  public <T> Admission<T> submit(Function<RetrievalBuffers, T> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      workers.execute(() -> run(work, answer));
    } catch (RejectedExecutionException e) {
      return workers.isShutdown()
          ? new Admission.Stopping<>()
          : new Admission.QueueFull<>(workers.getQueue().size());
    }
    return new Admission.Admitted<>(answer.orTimeout(deadlineMillis, TimeUnit.MILLISECONDS));
  }

  /// Requests being computed or waiting.
  public int inFlight() {
    return workers.getActiveCount() + workers.getQueue().size();
  }

  /// Requests waiting for a worker.
  public int queued() {
    return workers.getQueue().size();
  }

  /// Takes on nothing more and waits for what was taken on.
  ///
  /// @return whether all of it finished in time
  public boolean finish(int graceMillis) {
    workers.shutdown();
    try {
      return workers.awaitTermination(graceMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }

  private <T> void run(Function<RetrievalBuffers, T> work, CompletableFuture<T> answer) {
    if (answer.isDone()) {
      return;
    }
    try {
      answer.complete(work.apply(buffers.get()));
    } catch (Throwable failure) {
      answer.completeExceptionally(failure);
    }
  }
}
