package dev.hstu.retrieval.tier;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.retrieval.admission.EncoderWaits;
import dev.hstu.retrieval.retrieve.EncoderBusyException;
import dev.hstu.retrieval.retrieve.EncoderUnavailableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets requests share calls of an encoder. The first of a batch waits a little for others, unless
/// the batch is full sooner or somebody's deadline is too near for that; while all threads compute,
/// what arrives gathers by itself. A request that can't make its deadline, by the measured time of
/// a call, is refused without work: on arrival, and again when its turn comes. A failed call is
/// repeated for each of its requests alone, so that none fails for another's history.
///
/// For any number of threads. Owns its threads and not the encoder.
public final class MicroBatcher implements OpenEmbeddings {

  private static final Logger LOG = LoggerFactory.getLogger(MicroBatcher.class);

  private final UserEncoder encoder;
  private final BatchLimits limits;
  private final BatchMeters meters;
  private final EncodeTime time = new EncodeTime();
  private final List<Thread> threads = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private int queuedUsers;
  private boolean closing;

  /// One request in the queue.
  private record Waiting(
      HistoryBatch batch,
      long arrivedNanos,
      long deadlineNanos,
      EncoderWaits waits,
      CompletableFuture<float[]> embeddings) {

    int users() {
      return batch.users();
    }
  }

  /// Begins to take requests.
  ///
  /// @param encoder open until this is closed
  public MicroBatcher(UserEncoder encoder, BatchLimits limits, BatchMeters meters) {
    this.encoder = encoder;
    this.limits = limits;
    this.meters = meters;
    for (int i = 1; i <= limits.threads(); i++) {
      threads.add(Thread.ofPlatform().daemon().name("encode-batch-" + i).start(this::work));
    }
  }

  @Override
  public String engine() {
    return encoder.engine();
  }

  @Override
  public ModelConfig config() {
    return encoder.config();
  }

  /// As [dev.hstu.retrieval.retrieve.EmbeddingSource#embed]; a full queue gives an
  /// [EncoderBusyException].
  @Override
  public CompletableFuture<float[]> embed(
      HistoryBatch batch, long deadlineNanos, EncoderWaits waits) {
    long now = System.nanoTime();
    if (!time.fits(now, deadlineNanos)) {
      return late(new CompletableFuture<>());
    }
    Waiting request = new Waiting(batch, now, deadlineNanos, waits, new CompletableFuture<>());
    lock.lock();
    try {
      if (closing) {
        return CompletableFuture.failedFuture(
            new EncoderUnavailableException("this encoder is being closed; try again"));
      }
      if (queuedUsers > 0 && queuedUsers + batch.users() > limits.maxQueuedUsers()) {
        waits.refused();
        return CompletableFuture.failedFuture(
            new EncoderBusyException(
                "%d users wait for the encoder and %d may; send fewer, or raise"
                        .formatted(queuedUsers, limits.maxQueuedUsers())
                    + " encoder.batch-max-queued-users"));
      }
      queue.add(request);
      count(batch.users());
      changed.signal();
    } finally {
      lock.unlock();
    }
    return request.embeddings();
  }

  /// Users waiting now.
  int queuedUsers() {
    lock.lock();
    try {
      return queuedUsers;
    } finally {
      lock.unlock();
    }
  }

  /// The measured time of a call, 0 before the first.
  long encodeNanos() {
    return time.meanNanos();
  }

  /// Takes nothing more and returns when what was taken is answered.
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          // The encoder must stay open until its last call has ended.
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    List<Waiting> batch = next();
    while (!batch.isEmpty()) {
      try {
        encode(batch);
      } catch (RuntimeException | Error e) {
        LOG.error("a batch of {} requests failed", batch.size(), e);
        batch.forEach(request -> request.embeddings().completeExceptionally(e));
      }
      batch = next();
    }
  }

  /// Waits for a batch.
  ///
  /// @return at least one request; none when this is closed and all are answered
  private List<Waiting> next() {
    List<Waiting> batch = new ArrayList<>();
    lock.lock();
    try {
      while (!closing && (queue.isEmpty() || queuedUsers < limits.maxUsers())) {
        if (queue.isEmpty()) {
          changed.awaitUninterruptibly();
        } else if (waitsNoLonger()) {
          break;
        }
      }
      int users = 0;
      while (!queue.isEmpty()
          && (batch.isEmpty() || users + queue.peek().users() <= limits.maxUsers())) {
        Waiting request = queue.remove();
        batch.add(request);
        users += request.users();
      }
      count(-users);
      if (!queue.isEmpty()) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
    return batch;
  }

  /// Waits for more requests, as long as those that are there may wait.
  ///
  /// @return whether one of them may no longer
  private boolean waitsNoLonger() {
    long closes = queue.element().arrivedNanos() + limits.waitNanos();
    for (Waiting request : queue) {
      closes = Math.min(closes, request.deadlineNanos() - time.meanNanos());
    }
    long left = closes - System.nanoTime();
    if (left <= 0) {
      return true;
    }
    try {
      long _ = changed.awaitNanos(left);
      return false;
    } catch (InterruptedException e) {
      return true; // nobody but the machine interrupts these threads: go on with what is there
    }
  }

  private void encode(List<Waiting> batch) {
    long now = System.nanoTime();
    List<Waiting> inTime = new ArrayList<>(batch.size());
    for (Waiting request : batch) {
      long waitNanos = Math.max(0, now - request.arrivedNanos() - limits.waitNanos());
      request.waits().waited(request.users(), request.arrivedNanos(), waitNanos);
      if (time.fits(now, request.deadlineNanos())) {
        inTime.add(request);
      } else {
        late(request.embeddings());
      }
    }
    if (inTime.isEmpty()) {
      return;
    }
    try {
      call(inTime);
    } catch (RuntimeException | Error e) {
      if (inTime.size() == 1) {
        inTime.getFirst().embeddings().completeExceptionally(e);
        return;
      }
      LOG.warn("a batch of {} requests failed; each is tried alone", inTime.size(), e);
      inTime.forEach(this::callAlone);
    }
  }

  private void callAlone(Waiting request) {
    meters.retriedAlone();
    try {
      call(List.of(request));
    } catch (RuntimeException | Error e) {
      request.embeddings().completeExceptionally(e);
    }
  }

  private void call(List<Waiting> requests) {
    HistoryBatch all = HistoryBatch.concat(requests.stream().map(Waiting::batch).toList());
    int d = encoder.config().embeddingDim();
    float[] embeddings = new float[all.users() * d];
    long start = System.nanoTime();
    encoder.encode(all, embeddings);
    long nanos = System.nanoTime() - start;
    time.measured(nanos);
    meters.called(all.users(), nanos);
    int from = 0;
    for (Waiting request : requests) {
      int to = from + request.users() * d;
      request.embeddings().complete(Arrays.copyOfRange(embeddings, from, to));
      from = to;
    }
  }

  private CompletableFuture<float[]> late(CompletableFuture<float[]> embeddings) {
    meters.refusedLate();
    embeddings.completeExceptionally(
        new TimeoutException(
            "a call of the encoder takes %d us, and less is left until the deadline"
                .formatted(TimeUnit.NANOSECONDS.toMicros(time.meanNanos()))));
    return embeddings;
  }

  private void count(int usersMore) {
    queuedUsers += usersMore;
    meters.queued(usersMore);
  }
}
