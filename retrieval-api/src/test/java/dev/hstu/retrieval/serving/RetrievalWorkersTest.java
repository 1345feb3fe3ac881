package dev.hstu.retrieval.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.retrieval.admission.AdmissionControl;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.config.AdmissionSettings;
import dev.hstu.retrieval.config.LadderSettings;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// So many at a time, so many waiting, and no work past its deadline.
class RetrievalWorkersTest {

  private static final int LONG_MILLIS = 30_000;

  private final CountDownLatch release = new CountDownLatch(1);

  @Test
  void oneMoreThanWorkersAndQueueHoldIsTurnedAway() throws Exception {
    try (RetrievalWorkers workers = workers(2, 3, LONG_MILLIS)) {
      List<CompletableFuture<Integer>> answers = new ArrayList<>();
      CountDownLatch begun = new CountDownLatch(2);
      for (int i = 0; i < 2; i++) {
        answers.add(admitted(workers, begun));
      }
      begun.await();
      for (int i = 0; i < 3; i++) {
        answers.add(admitted(workers, new CountDownLatch(1)));
      }
      assertThat(workers.queued()).isEqualTo(3);
      assertThat(workers.inFlight()).isEqualTo(5);

      assertThat(workers.submit(buffers -> 1)).isEqualTo(new Admission.QueueFull<Integer>(3));

      release.countDown();
      for (CompletableFuture<Integer> answer : answers) {
        assertThat(answer.get()).isEqualTo(1);
      }
    }
  }

  @Test
  void workThatIsStillWaitingAtItsDeadlineIsNeverBegun() throws Exception {
    try (RetrievalWorkers workers = workers(1, 3, 20)) {
      CompletableFuture<Integer> slow = occupyTheOneWorker(workers);
      AtomicBoolean ran = new AtomicBoolean();
      CompletableFuture<Boolean> late = answer(workers.submit(buffers -> ran.getAndSet(true)));

      assertThatThrownBy(late::get).hasCauseInstanceOf(TimeoutException.class);
      assertThatThrownBy(slow::get).hasCauseInstanceOf(TimeoutException.class);
      release.countDown();

      assertThat(workers.finish(LONG_MILLIS)).isTrue();
      assertThat(ran).isFalse();
    }
  }

  @Test
  void aFailureReachesItsCallerAndTheWorkerLivesOn() throws Exception {
    try (RetrievalWorkers workers = workers(1, 3, LONG_MILLIS)) {
      CompletableFuture<Integer> failing =
          answer(
              workers.submit(
                  buffers -> {
                    throw new IllegalStateException("this one");
                  }));

      assertThatThrownBy(failing::get)
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseMessage("this one");
      assertThat(answer(workers.submit(buffers -> 7)).get()).isEqualTo(7);
    }
  }

  @Test
  void finishingWaitsForWhatWasTakenOnAndTakesOnNothingMore() throws Exception {
    try (RetrievalWorkers workers = workers(1, 3, LONG_MILLIS)) {
      CountDownLatch begun = new CountDownLatch(1);
      CompletableFuture<Integer> running = admitted(workers, begun);
      CompletableFuture<Integer> waiting = admitted(workers, new CountDownLatch(1));
      begun.await();

      assertThat(workers.finish(1)).isFalse();
      assertThat(workers.submit(buffers -> 1)).isEqualTo(new Admission.Stopping<Integer>());
      release.countDown();

      assertThat(workers.finish(LONG_MILLIS)).isTrue();
      assertThat(running.get() + waiting.get()).isEqualTo(2);
    }
  }

  /// Submits until one piece of work has begun: on a busy machine the first may reach its deadline
  /// before its worker wakes.
  @Test
  void parkedWorkHoldsNoThreadButItsPlaceAndRunsAgain() throws Exception {
    try (RetrievalWorkers workers = workers(1, 2, LONG_MILLIS)) {
      CompletableFuture<Void> until = new CompletableFuture<>();
      AtomicInteger runs = new AtomicInteger();
      List<CompletableFuture<Integer>> parked = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        parked.add(
            answer(
                workers.submitSteps(
                    LONG_MILLIS,
                    (buffers, step) -> {
                      runs.incrementAndGet();
                      return until.isDone() ? new Progress.Done<>(1) : new Progress.Parked<>(until);
                    })));
      }
      // The one worker is free for others, and there is one place left for them.
      assertThat(answer(workers.submit(buffers -> 2)).get()).isEqualTo(2);
      assertThat(workers.inFlight()).isEqualTo(2);

      until.completeExceptionally(new IllegalStateException("the other work has failed"));

      for (CompletableFuture<Integer> answer : parked) {
        assertThat(answer.get()).isEqualTo(1);
      }
      assertThat(runs).hasValue(4);
      assertThat(workers.finish(LONG_MILLIS)).isTrue();
    }
  }

  @Test
  void parkedWorkIsFinishedBeforeTheWorkersStop() throws Exception {
    try (RetrievalWorkers workers = workers(1, 2, LONG_MILLIS)) {
      CompletableFuture<Void> until = new CompletableFuture<>();
      CompletableFuture<Integer> parked =
          answer(
              workers.submitSteps(
                  LONG_MILLIS,
                  (buffers, step) ->
                      until.isDone() ? new Progress.Done<>(1) : new Progress.Parked<>(until)));
      assertThat(answer(workers.submit(buffers -> 2)).get()).isEqualTo(2);
      CompletableFuture<Boolean> finished =
          CompletableFuture.supplyAsync(() -> workers.finish(LONG_MILLIS));

      until.complete(null);

      assertThat(parked.get()).isEqualTo(1);
      assertThat(finished.get()).isTrue();
    }
  }

  @Test
  void briefWorkRunsOnItsCallersThreadWhileNothingElseIsUnderWay() throws Exception {
    try (RetrievalWorkers workers = workers(1, 3, LONG_MILLIS)) {
      CompletableFuture<Thread> alone = answer(workers.submitSteps(LONG_MILLIS, new Brief(true)));

      assertThat(alone).isCompletedWithValue(Thread.currentThread());
      assertThat(workers.inFlight()).isZero();

      CompletableFuture<Integer> other = occupyTheOneWorker(workers);
      CompletableFuture<Thread> behind = answer(workers.submitSteps(LONG_MILLIS, new Brief(true)));
      assertThat(behind).isNotDone();
      release.countDown();
      assertThat(other.get()).isEqualTo(1);
      assertThat(behind.get()).isNotSameAs(Thread.currentThread());
    }
  }

  @Test
  void whatMayTakeLongerIsLeftToAWorker() throws Exception {
    try (RetrievalWorkers workers = workers(1, 3, LONG_MILLIS)) {
      CompletableFuture<Thread> longer = answer(workers.submitSteps(LONG_MILLIS, new Brief(false)));

      assertThat(longer.get()).isNotSameAs(Thread.currentThread());
      assertThat(workers.finish(LONG_MILLIS)).isTrue();
      assertThat(workers.inFlight()).isZero();
    }
  }

  /// A second wait, of none, would hide from the ladder a queue that stands.
  @Test
  void workIsTakenUpOnceWhereverItIsDone() throws Exception {
    AdmissionSettings settings = settings(1, 3, LONG_MILLIS);
    TakeUps takeUps = new TakeUps();
    try (RetrievalWorkers workers = new RetrievalWorkers(settings, takeUps)) {
      assertThat(answer(workers.submitSteps(LONG_MILLIS, new Brief(true))))
          .isCompletedWithValue(Thread.currentThread());
      assertThat(takeUps.waits).containsExactly(0L);

      assertThat(answer(workers.submitSteps(LONG_MILLIS, new Brief(false))).get())
          .isNotSameAs(Thread.currentThread());
      assertThat(takeUps.waits).hasSize(2);
      assertThat(takeUps.waits.getLast()).isPositive();
    }
  }

  /// Keeps the waits at which work was taken up.
  private static final class TakeUps extends AdmissionControl {

    private final List<Long> waits = new CopyOnWriteArrayList<>();

    TakeUps() {
      super(1, null, LadderSettings.defaults().ladder(1));
    }

    @Override
    public synchronized QualityStep takeUp(long nowNanos, long waitNanos) {
      waits.add(waitNanos);
      return super.takeUp(nowNanos, waitNanos);
    }
  }

  @Test
  void aFailureOfBriefWorkReachesItsCallerAndFreesItsPlace() {
    try (RetrievalWorkers workers = workers(1, 3, LONG_MILLIS)) {
      CompletableFuture<Thread> failing =
          answer(
              workers.submitSteps(
                  LONG_MILLIS,
                  new Brief(true) {
                    @Override
                    public Thread runBriefly(RetrievalBuffers buffers, QualityStep step) {
                      throw new IllegalStateException("this one");
                    }
                  }));

      assertThatThrownBy(failing::get).hasRootCauseMessage("this one");
      assertThat(workers.inFlight()).isZero();
    }
  }

  /// Gives the thread that it ran on.
  private static class Brief implements RetrievalWorkers.SteppedWork<Thread> {

    private final boolean isBrief;

    Brief(boolean isBrief) {
      this.isBrief = isBrief;
    }

    @Override
    public Progress<Thread> run(RetrievalBuffers buffers, QualityStep step) {
      return new Progress.Done<>(Thread.currentThread());
    }

    @Override
    public @Nullable Thread runBriefly(RetrievalBuffers buffers, QualityStep step) {
      return isBrief ? Thread.currentThread() : null;
    }
  }

  private CompletableFuture<Integer> occupyTheOneWorker(RetrievalWorkers workers)
      throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Integer> last = admitted(workers, begun);
    while (!begun.await(1, TimeUnit.SECONDS)) {
      last = admitted(workers, begun);
    }
    return last;
  }

  private CompletableFuture<Integer> admitted(RetrievalWorkers workers, CountDownLatch begun) {
    return answer(
        workers.submit(
            buffers -> {
              begun.countDown();
              try {
                return release.await(LONG_MILLIS, TimeUnit.MILLISECONDS) ? 1 : 0;
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return 0;
              }
            }));
  }

  private static <T> CompletableFuture<T> answer(Admission<T> admission) {
    return switch (admission) {
      case Admission.Admitted<T>(CompletableFuture<T> answer) -> answer;
      case Admission.Overload<T> _, Admission.Stopping<T> _ ->
          throw new AssertionError("turned away: " + admission);
    };
  }

  private static RetrievalWorkers workers(int workers, int queued, int deadlineMillis) {
    return new RetrievalWorkers(
        settings(workers, queued, deadlineMillis), LadderSettings.defaults());
  }

  private static AdmissionSettings settings(int workers, int queued, int deadlineMillis) {
    return new AdmissionSettings(workers, queued, deadlineMillis, 1, false, 200);
  }
}
