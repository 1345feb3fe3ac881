package dev.hstu.retrieval.serving;

import dev.hstu.retrieval.config.AdmissionSettings;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Computes retrievals off the event loop, so many at a time and so many waiting.
///
/// Platform threads of a fixed number, not virtual ones: encoding and searching are computation
/// from end to end (nothing in them waits), native code would pin a carrier anyway, and each
/// thread keeps its [RetrievalBuffers]. Waiting happens in one queue, in order of arrival; work
/// that needs what other work is computing waits beside it without a thread ([Progress.Parked]).
/// One bound holds for all that is taken on: being computed, queued and parked.
@Singleton
public final class RetrievalWorkers implements AutoCloseable {

  private final ThreadPoolExecutor workers;
  private final int deadlineMillis;
  private final int places;

  /// One for each piece of work taken on and not ended.
  private final Semaphore freePlaces;

  private volatile boolean finishing;
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
            new LinkedBlockingQueue<>(), // as many as there are places at most
            threads);
    workers.prestartAllCoreThreads();
    deadlineMillis = settings.deadlineMillis();
    places = settings.workers() + settings.maxQueued();
    freePlaces = new Semaphore(places);
  }

  /// Takes work on, or says why not. Work still waiting at its deadline is not begun.
  ///
  /// @param work gets its worker's buffers
  public <T> Admission<T> submit(Function<RetrievalBuffers, T> work) {
    return submitSteps(buffers -> new Progress.Done<>(work.apply(buffers)));
  }

  /// As [#submit], for work that may be parked. It is to see to it that it is done after a few
  /// times.
  public <T> Admission<T> submitSteps(Function<RetrievalBuffers, Progress<T>> work) {
    if (finishing) {
      return new Admission.Stopping<>();
    }
    if (!freePlaces.tryAcquire()) {
      return new Admission.QueueFull<>(workers.getQueue().size());
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    CompletableFuture<T> inTime = answer.orTimeout(deadlineMillis, TimeUnit.MILLISECONDS);
    try {
      workers.execute(() -> run(work, answer));
    } catch (RejectedExecutionException e) {
      freePlaces.release();
      return new Admission.Stopping<>();
    }
    return new Admission.Admitted<>(inTime);
  }

  /// Requests being computed or waiting.
  public int inFlight() {
    return places - freePlaces.availablePermits();
  }

  /// Requests waiting for a worker.
  public int queued() {
    return workers.getQueue().size();
  }

  /// Takes on nothing more and waits for what was taken on.
  ///
  /// @return whether all of it finished in time
  public boolean finish(int graceMillis) {
    finishing = true;
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis);
    try {
      // Parked work comes back to the workers, so they stop when nothing is left.
      boolean allEnded = freePlaces.tryAcquire(places, graceMillis, TimeUnit.MILLISECONDS);
      if (allEnded) {
        freePlaces.release(places);
      }
      workers.shutdown();
      return workers.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS) && allEnded;
    } catch (InterruptedException e) {
      workers.shutdown();
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }

  private <T> void run(Function<RetrievalBuffers, Progress<T>> work, CompletableFuture<T> answer) {
    if (answer.isDone()) {
      freePlaces.release();
      return;
    }
    try {
      switch (work.apply(buffers.get())) {
        case Progress.Done<T>(T value) -> {
          freePlaces.release();
          answer.complete(value);
        }
        case Progress.Parked<T>(CompletionStage<?> until) ->
            until.whenComplete((_, _) -> runAgain(work, answer));
      }
    } catch (Throwable failure) {
      freePlaces.release();
      answer.completeExceptionally(failure);
    }
  }

  /// Queues parked work, which has kept its place.
  private <T> void runAgain(
      Function<RetrievalBuffers, Progress<T>> work, CompletableFuture<T> answer) {
    try {
      workers.execute(() -> run(work, answer));
    } catch (RejectedExecutionException e) {
      freePlaces.release();
      answer.completeExceptionally(e); // the grace time is over
    }
  }
}
