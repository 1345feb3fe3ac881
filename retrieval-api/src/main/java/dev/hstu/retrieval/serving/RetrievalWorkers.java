package dev.hstu.retrieval.serving;

import dev.hstu.retrieval.admission.AdmissionControl;
import dev.hstu.retrieval.admission.EncoderWaits;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.admission.WorkKind;
import dev.hstu.retrieval.config.AdmissionSettings;
import dev.hstu.retrieval.config.LadderSettings;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.telemetry.CurrentTrace;
import dev.hstu.retrieval.telemetry.RequestTrace;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Computes retrievals off the event loop, so many at a time and so many waiting. Only what ends
/// soon is computed on the caller's own thread, and only while nothing else is under way: handing
/// it to a worker and its answer back costs about as much as a search of a million items.
///
/// Platform threads of a fixed number, not virtual ones: encoding and searching are computation
/// from end to end (nothing in them waits), native code would pin a carrier anyway, and each
/// thread keeps its [RetrievalBuffers]. Waiting happens in one queue, in order of arrival; work
/// that needs what other work is computing waits beside it without a thread ([Progress.Parked]).
/// One bound holds for all that is taken on: being computed, queued and parked. Within it an
/// [AdmissionControl] decides by latency how much is taken on, refuses what would be late, and
/// says at which step work is answered.
@Singleton
public final class RetrievalWorkers implements AutoCloseable {

  private final ThreadPoolExecutor workers;
  private final AdmissionControl control;
  private final int deadlineMillis;
  private final int places;
  private final EncoderWaits steppedAtEncoders = new AtEncoders(WorkKind.STEPPED);
  private final EncoderWaits wholeAtEncoders = new AtEncoders(WorkKind.WHOLE);

  /// One for each piece of work taken on and not ended.
  private final Semaphore freePlaces;

  private final Deadlines deadlines = new Deadlines();
  private volatile boolean finishing;
  private final ThreadLocal<RetrievalBuffers> buffers =
      ThreadLocal.withInitial(RetrievalBuffers::new);

  @Inject
  public RetrievalWorkers(AdmissionSettings settings, LadderSettings ladder) {
    this(
        settings,
        new AdmissionControl(
            settings.workers(), settings.limit().orElse(null), ladder.ladder(settings.workers())));
  }

  /// @param control told of all work
  RetrievalWorkers(AdmissionSettings settings, AdmissionControl control) {
    this.control = control;
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
    places = settings.places();
    freePlaces = new Semaphore(places);
  }

  /// Takes work on that is answered in full whatever the load, or says why not. Work still waiting
  /// at its deadline is not begun.
  ///
  /// @param work gets its worker's buffers
  public <T> Admission<T> submit(Function<RetrievalBuffers, T> work) {
    return submitWhole(buffers -> new Progress.Done<>(work.apply(buffers)));
  }

  /// As [#submit], for work that may be parked.
  public <T> Admission<T> submitWhole(Function<RetrievalBuffers, Progress<T>> work) {
    return admit(new Job<>(WorkKind.WHOLE, deadlineMillis, (buffers, _) -> work.apply(buffers)));
  }

  /// Takes work on that is answered at the step of the moment, and may be parked. It is to see to
  /// it that it is done after a few times.
  ///
  /// @param wishedMillis how long it may take; more than the configured deadline counts as that
  public <T> Admission<T> submitSteps(long wishedMillis, SteppedWork<T> work) {
    return admit(new Job<>(WorkKind.STEPPED, Math.min(wishedMillis, deadlineMillis), work));
  }

  /// Work that may be parked.
  ///
  /// @param <T> what it gives
  @FunctionalInterface
  public interface SteppedWork<T> {

    /// Works as far as it comes.
    ///
    /// @param buffers the worker's
    /// @param step how well to answer
    Progress<T> run(RetrievalBuffers buffers, QualityStep step);

    /// Works on the thread that brings the work, where all of it ends soon; on an event loop other
    /// connections wait so long.
    ///
    /// @param buffers the thread's
    /// @param step how well to answer
    /// @return null where it may take longer: then it is run by a worker, from the start
    default @Nullable T runBriefly(RetrievalBuffers buffers, QualityStep step) {
      return null;
    }
  }

  private <T> Admission<T> admit(Job<T> job) {
    if (finishing) {
      return new Admission.Stopping<>();
    }
    long now = System.nanoTime();
    if (!freePlaces.tryAcquire()) {
      control.refused(now, job.kind);
      return new Admission.QueueFull<>(queued());
    }
    Optional<AdmissionControl.Refusal> refusal =
        control.arrive(
            now,
            job.kind,
            inFlight() - 1,
            queued(),
            TimeUnit.MILLISECONDS.toNanos(job.deadlineMillis));
    if (refusal.isPresent()) {
      freePlaces.release();
      return switch (refusal.get()) {
        case AdmissionControl.Refusal.OverLimit(int limit) -> new Admission.OverLimit<>(limit);
        case AdmissionControl.Refusal.TooLate(long waitNanos) ->
            new Admission.TooLate<>(TimeUnit.NANOSECONDS.toMillis(waitNanos), job.deadlineMillis);
      };
    }
    // With anything else under way it takes its turn: what waits in front of an event loop is seen
    // by no bound and no ladder.
    if (job.kind == WorkKind.STEPPED && inFlight() == 1 && job.runHere()) {
      return new Admission.Admitted<>(job.answer);
    }
    try {
      workers.execute(job);
    } catch (RejectedExecutionException e) {
      freePlaces.release();
      return new Admission.Stopping<>();
    }
    deadlines.set(job.answer, job.deadlineMillis);
    return new Admission.Admitted<>(job.answer);
  }

  /// The [System#nanoTime] past which the answer to a request is of no use.
  public long deadlineNanos(long arrivedNanos) {
    return arrivedNanos + TimeUnit.MILLISECONDS.toNanos(deadlineMillis);
  }

  /// Takes in how long work waited for an encoder, so that the steps see that queue too.
  public EncoderWaits encoderWaits(WorkKind kind) {
    return switch (kind) {
      case STEPPED -> steppedAtEncoders;
      case WHOLE -> wholeAtEncoders;
    };
  }

  /// What the work of one kind tells of encoders.
  private final class AtEncoders implements EncoderWaits {

    private final WorkKind kind;

    AtEncoders(WorkKind kind) {
      this.kind = kind;
    }

    @Override
    public void waited(int users, long sentNanos, long waitNanos) {
      control.encoded(System.nanoTime(), kind, users, sentNanos, waitNanos);
    }

    @Override
    public void refused() {
      control.encoderRefused(System.nanoTime(), kind);
    }

    @Override
    public boolean hasRoom(long queuedNanos) {
      return kind == WorkKind.WHOLE || control.encodersHaveRoom(System.nanoTime(), queuedNanos);
    }

    @Override
    public void sent() {
      control.sentToEncoders();
    }

    @Override
    public void answered(long tookNanos) {
      control.answeredByEncoders(System.nanoTime(), tookNanos);
    }
  }

  /// Requests being computed or waiting.
  public int inFlight() {
    return places - freePlaces.availablePermits();
  }

  /// Requests waiting for a worker.
  public int queued() {
    return workers.getQueue().size();
  }

  /// How many requests may be under way now.
  public int limit() {
    return control.limit().orElse(places);
  }

  /// How well requests are answered now.
  public QualityStep step() {
    return control.step(System.nanoTime(), inFlight());
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
    deadlines.close();
  }

  /// One piece of work from its arrival to its end, on one worker after another.
  private final class Job<T> implements Runnable {

    private final WorkKind kind;
    private final long deadlineMillis;
    private final SteppedWork<T> work;
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private final RequestTrace trace = CurrentTrace.get();
    private final long arrivedNanos = System.nanoTime();
    private long queuedNanos = arrivedNanos;
    private long waitedNanos;
    private long workedNanos;
    private @Nullable QualityStep step;

    Job(WorkKind kind, long deadlineMillis, SteppedWork<T> work) {
      this.kind = kind;
      this.deadlineMillis = deadlineMillis;
      this.work = work;
    }

    /// Answers on this thread. Only then has the work been taken up: otherwise a worker does that,
    /// and for one request the ladder is told of one wait.
    ///
    /// @return false where a worker has to
    boolean runHere() {
      long begun = System.nanoTime();
      QualityStep now = control.step(begun, inFlight());
      @Nullable T value;
      try {
        value = work.runBriefly(buffers.get(), now);
      } catch (Throwable failure) {
        endHere(begun, now);
        answer.completeExceptionally(failure);
        return true;
      }
      if (value == null) {
        queuedNanos = System.nanoTime();
        workedNanos = queuedNanos - begun;
        return false;
      }
      endHere(begun, now);
      answer.complete(value);
      return true;
    }

    private void endHere(long begun, QualityStep taken) {
      long now = System.nanoTime();
      workedNanos = now - begun;
      control.takeUp(now, 0);
      step = taken;
      end();
    }

    @Override
    public void run() {
      long begun = System.nanoTime();
      if (answer.isDone()) {
        freePlaces.release();
        control.expired(begun, begun - arrivedNanos);
        return;
      }
      waitedNanos += begun - queuedNanos;
      QualityStep now = control.takeUp(begun, begun - queuedNanos);
      if (step == null) {
        step = now; // and stays: what was begun for it is of use to no other
      }
      RequestTrace before = CurrentTrace.swap(trace);
      try {
        Progress<T> progress = work.run(buffers.get(), step);
        workedNanos += System.nanoTime() - begun;
        switch (progress) {
          case Progress.Done<T>(T value) -> {
            end();
            answer.complete(value);
          }
          case Progress.Parked<T>(CompletionStage<?> until) ->
              until.whenComplete((_, _) -> queueAgain());
        }
      } catch (Throwable failure) {
        end();
        answer.completeExceptionally(failure);
      } finally {
        CurrentTrace.swap(before);
      }
    }

    private void end() {
      freePlaces.release();
      long now = System.nanoTime();
      control.ended(
          now, kind, now - arrivedNanos, waitedNanos, workedNanos, Objects.requireNonNull(step));
    }

    /// Queues parked work, which has kept its place.
    private void queueAgain() {
      queuedNanos = System.nanoTime();
      try {
        workers.execute(this);
      } catch (RejectedExecutionException e) {
        freePlaces.release();
        answer.completeExceptionally(e); // the grace time is over
      }
    }
  }
}
