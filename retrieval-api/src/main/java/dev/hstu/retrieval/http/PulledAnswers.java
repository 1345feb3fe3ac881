package dev.hstu.retrieval.http;

import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/// A body of pieces that are computed when the connection asks for them, one after the other on a
/// thread that may wait. For one subscriber.
final class PulledAnswers implements Publisher<byte[]> {

  private final Callable<byte @Nullable []> next;
  private final Runnable onEnd;
  private final Executor executor;

  /// @param next the next piece; null at the end
  /// @param onEnd run once, whether the body was read to its end or given up
  PulledAnswers(Callable<byte @Nullable []> next, Runnable onEnd, Executor executor) {
    this.next = next;
    this.onEnd = onEnd;
    this.executor = executor;
  }

  @Override
  public void subscribe(Subscriber<? super byte[]> subscriber) {
    subscriber.onSubscribe(new Pull(subscriber));
  }

  private final class Pull implements Subscription {
    private final Subscriber<? super byte[]> subscriber;
    private final AtomicLong wanted = new AtomicLong();
    private final AtomicBoolean ended = new AtomicBoolean();

    private Pull(Subscriber<? super byte[]> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long pieces) {
      long before =
          wanted.getAndAccumulate(
              pieces, (old, more) -> old > Long.MAX_VALUE - more ? Long.MAX_VALUE : old + more);
      if (before == 0) {
        executor.execute(this::run);
      }
    }

    @Override
    public void cancel() {
      end();
    }

    private void run() {
      do {
        try {
          byte[] piece = next.call();
          if (ended.get()) {
            return;
          }
          if (piece == null) {
            end();
            subscriber.onComplete();
            return;
          }
          subscriber.onNext(piece);
        } catch (Exception e) {
          if (!ended.get()) {
            end();
            subscriber.onError(e);
          }
          return;
        }
      } while (wanted.decrementAndGet() > 0);
    }

    private void end() {
      if (ended.compareAndSet(false, true)) {
        onEnd.run();
      }
    }
  }
}
