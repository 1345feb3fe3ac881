package dev.hstu.encoder.compute.cuda;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

/// The lanes of one encoder, shared by its callers: who finds none free waits, first come, first
/// served. Owns the lanes.
final class LanePool implements AutoCloseable {

  private final int lanes;
  private final BlockingQueue<EncodingLane> free;
  private boolean closed;

  /// @param lanes at least one, of equal size
  LanePool(List<EncodingLane> lanes) {
    this.lanes = lanes.size();
    this.free = new ArrayBlockingQueue<>(lanes.size(), true, lanes);
  }

  /// Runs `work` on a free lane. The lane comes back also when the work fails: what a failed batch
  /// left is overwritten by the next.
  ///
  /// @throws IllegalStateException when the pool is closed, or the thread is interrupted while it
  ///     waits
  void use(Consumer<EncodingLane> work) {
    EncodingLane lane = take();
    try {
      work.accept(lane);
    } finally {
      free.add(lane);
    }
  }

  private EncodingLane take() {
    if (isClosed()) {
      throw new IllegalStateException("the encoder is closed");
    }
    try {
      return free.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a lane of the GPU", e);
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /// Waits for every lane to come back and closes it; a second call does nothing.
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    boolean interrupted = false;
    for (int closedLanes = 0; closedLanes < lanes; ) {
      try {
        free.take().close();
        closedLanes++;
      } catch (InterruptedException e) {
        interrupted = true; // memory of the GPU must come back all the same
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
