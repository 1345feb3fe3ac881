package dev.hstu.retrieval.admission;

import java.util.PriorityQueue;

/// How many users may be at encoders at once before those who have an earlier embedding do with it:
/// found by how long they wait there, halved when they wait long and one more for each that hardly
/// waits (additive increase, multiplicative decrease: Chiu and Jain, Computer Networks 17(1),
/// 1989). The ladder looks at whole windows; this acts at once when many kept embeddings end at the
/// same instant. Nobody is refused.
///
/// A place that was used rests as long as its use took: who has no choice finds half of the
/// encoders' time free, and so does the service where they share its processors.
///
/// For any number of threads.
final class EncoderRoom {

  /// Before anything is known: few enough to be encoded within some tens of milliseconds anywhere.
  static final int FIRST_PLACES = 8;

  /// A card's largest batches, a few times.
  static final int MOST_PLACES = 1_024;

  private final boolean bounded;
  private final long goodWaitNanos;
  private final long longNanos;
  private final long shortNanos;

  // Guarded by this.
  private int places = FIRST_PLACES;
  private int sent;
  private final PriorityQueue<Long> restingUntil = new PriorityQueue<>();
  private long lastHalvedNanos;
  private boolean halved;

  /// @param bounded whether there is anything to do without; otherwise there is always room
  /// @param goodWaitNanos longest wait, for an encoder or a worker, that is still good for one who
  ///     has no choice
  EncoderRoom(boolean bounded, long goodWaitNanos) {
    this.bounded = bounded;
    this.goodWaitNanos = goodWaitNanos;
    this.longNanos = goodWaitNanos / 4;
    this.shortNanos = goodWaitNanos / 8;
  }

  /// Whether one more user would be taken up soon.
  ///
  /// @param queuedNanos that its request has waited for a worker already: workers that encode
  ///     themselves are a queue of their own
  synchronized boolean isLeft(long nowNanos, long queuedNanos) {
    if (!bounded) {
      return true;
    }
    while (!restingUntil.isEmpty() && restingUntil.element() - nowNanos <= 0) {
      restingUntil.remove();
    }
    return queuedNanos <= goodWaitNanos && taken() < places;
  }

  private int taken() {
    return sent + restingUntil.size();
  }

  /// A user is sent to an encoder, with or without room.
  synchronized void sent() {
    sent++;
  }

  /// One that was sent has an embedding, or none will come.
  ///
  /// @param tookNanos since then
  synchronized void answered(long nowNanos, long tookNanos) {
    sent--;
    if (bounded && taken() < places) {
      restingUntil.add(nowNanos + tookNanos);
    }
  }

  /// An encoder has taken users up.
  ///
  /// @param sentNanos when they were sent; what was sent before places were halved says nothing of
  ///     how many are left
  synchronized void waited(long nowNanos, long sentNanos, long waitNanos) {
    if (waitNanos > longNanos) {
      if (!halved || sentNanos - lastHalvedNanos >= 0) {
        halved = true;
        lastHalvedNanos = nowNanos;
        places = Math.max(1, places / 2);
      }
    } else if (waitNanos <= shortNanos && isKnownToHoldMore()) {
      places++;
    }
  }

  /// Beyond the first places only what is full is made larger: that so many wait little says
  /// nothing of more.
  private boolean isKnownToHoldMore() {
    return places < FIRST_PLACES || (places < MOST_PLACES && taken() >= places);
  }
}
