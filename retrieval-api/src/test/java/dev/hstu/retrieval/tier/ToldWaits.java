package dev.hstu.retrieval.tier;

import dev.hstu.retrieval.admission.EncoderWaits;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// Keeps what it is told of an encoder's queue.
final class ToldWaits implements EncoderWaits {

  /// One call of [#waited].
  record Wait(int users, long sentNanos, long waitNanos) {}

  final List<Wait> told = new CopyOnWriteArrayList<>();
  final AtomicInteger refused = new AtomicInteger();

  @Override
  public void waited(int users, long sentNanos, long waitNanos) {
    told.add(new Wait(users, sentNanos, waitNanos));
  }

  @Override
  public void refused() {
    refused.incrementAndGet();
  }
}
