package dev.hstu.retrieval.http;

import dev.hstu.retrieval.admission.WorkKind;
import dev.hstu.retrieval.config.AdmissionSettings;
import dev.hstu.retrieval.config.BatchSettings;
import dev.hstu.retrieval.retrieve.PendingRetrieval;
import dev.hstu.retrieval.serving.Admission;
import dev.hstu.retrieval.serving.RetrievalWorkers;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One batch, pulled: asked for the next answers it takes the lines that wait, computes a few
/// windows of them side by side and gives back the oldest. Not asked, it computes nothing, so a
/// client that stops reading stops the work. [#next] is for one thread at a time, the close for
/// any.
final class BatchStream implements AutoCloseable {

  /// How often a full queue of workers is looked at again.
  private static final long ROOM_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final BatchLines lines;
  private final BatchAnswers answers;
  private final RetrievalWorkers workers;
  private final Refusals refusals;
  private final BatchSettings settings;
  private final AdmissionSettings admission;
  private final Queue<Window> windows = new ConcurrentLinkedQueue<>();
  private final long deadlineNanos;
  private long nextLine = 1;
  private boolean ended;
  private volatile boolean closed;

  /// A window being computed.
  private record Window(List<BatchEntry> lines, CompletableFuture<byte[]> answers) {}

  BatchStream(
      BatchLines lines,
      BatchAnswers answers,
      RetrievalWorkers workers,
      Refusals refusals,
      BatchSettings settings,
      AdmissionSettings admission) {
    this.lines = lines;
    this.answers = answers;
    this.workers = workers;
    this.refusals = refusals;
    this.settings = settings;
    this.admission = admission;
    this.deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(settings.deadlineSeconds());
  }

  /// The next answers, after waiting for a line where none is there.
  ///
  /// @return whole lines of NDJSON; null at the end
  byte @Nullable [] next() throws InterruptedException {
    boolean more = true;
    while (more && !ended && !closed && windows.size() < settings.windows()) {
      more = begin(windows.isEmpty() ? deadlineNanos - System.nanoTime() : 0);
    }
    Window oldest = windows.peek();
    if (oldest == null) {
      return null;
    }
    byte[] answered = oldest.answers().join();
    lines.answered(oldest.lines());
    windows.poll();
    return answered;
  }

  /// Ends the batch with this problem in the place of the next line.
  void refuse(Problem problem) {
    ended = true;
    List<BatchEntry> last = List.of(new BatchEntry.Refused(nextLine, problem));
    windows.add(new Window(last, CompletableFuture.completedFuture(answers.refuse(last, problem))));
  }

  /// Forgets what is being computed and reads no more.
  @Override
  public void close() {
    closed = true;
    lines.close();
    for (Window window : windows) {
      window.answers().cancel(true);
    }
  }

  /// Begins a window.
  ///
  /// @return false when no line came in time
  private boolean begin(long waitNanos) throws InterruptedException {
    List<BatchEntry> window = lines.next(waitNanos);
    if (!window.isEmpty()) {
      nextLine = window.getLast().line() + 1;
      ended = window.getLast() instanceof BatchEntry.End;
      if (!(window.getFirst() instanceof BatchEntry.End)) {
        windows.add(new Window(window, submit(window)));
      }
      return true;
    }
    if (System.nanoTime() >= deadlineNanos) {
      refuse(tooLate());
    }
    return false;
  }

  private CompletableFuture<byte[]> submit(List<BatchEntry> window) throws InterruptedException {
    long arrivedNanos = System.nanoTime();
    long patience = arrivedNanos + TimeUnit.MILLISECONDS.toNanos(admission.deadlineMillis());
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    while (true) {
      PendingRetrieval pending =
          new PendingRetrieval(
              arrivedNanos,
              workers.deadlineNanos(System.nanoTime()),
              workers.encoderWaits(WorkKind.WHOLE));
      switch (workers.submitWhole(
          buffers ->
              answers.answer(
                  window, arrivedNanos, buffers, pending, () -> closed || over.isDone()))) {
        case Admission.Admitted(CompletableFuture<byte[]> answer) -> {
          return answer
              .whenComplete((_, _) -> over.complete(true))
              .exceptionally(failure -> answers.refuse(window, refusals.failed(failure)));
        }
        case Admission.Stopping() -> {
          ended = true;
          return CompletableFuture.completedFuture(answers.refuse(window, refusals.stopping()));
        }
        case Admission.Overload<byte[]> overload -> {
          if (closed || System.nanoTime() > patience) {
            return CompletableFuture.completedFuture(
                answers.refuse(window, refusals.overloaded(overload)));
          }
          // Single requests go first; the batch waits for room and its client with it.
          LockSupport.parkNanos(ROOM_POLL_NANOS);
        }
      }
    }
  }

  private Problem tooLate() {
    return Problem.of(
        ProblemType.DEADLINE_EXCEEDED,
        "the batch took more than %d s; this line and all after it were not taken, send them in"
                .formatted(settings.deadlineSeconds())
            + " another, or raise batch.deadline-seconds");
  }
}
