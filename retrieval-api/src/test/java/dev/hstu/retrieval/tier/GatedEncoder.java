package dev.hstu.retrieval.tier;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.ArrayList;
import java.util.List;

/// The reference engine behind a gate, so that a test decides how long a call takes.
final class GatedEncoder implements UserEncoder {

  private final UserEncoder engine = Histories.encoder();
  private final List<Integer> usersOfCalls = new ArrayList<>();
  private boolean shut;
  private int begun;

  /// From now on calls wait.
  synchronized void shut() {
    shut = true;
  }

  /// Lets all calls through.
  synchronized void open() {
    shut = false;
    notifyAll();
  }

  /// Returns when so many calls have begun.
  synchronized void awaitCall(int count) throws InterruptedException {
    while (begun < count) {
      wait();
    }
  }

  /// Users of each call that ended well.
  synchronized List<Integer> usersOfCalls() {
    return List.copyOf(usersOfCalls);
  }

  @Override
  public String engine() {
    return engine.engine();
  }

  @Override
  public ModelConfig config() {
    return engine.config();
  }

  @Override
  public void encode(HistoryBatch batch, float[] target) {
    pass();
    engine.encode(batch, target);
    synchronized (this) {
      usersOfCalls.add(batch.users());
    }
  }

  private synchronized void pass() {
    begun++;
    notifyAll();
    while (shut) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {}
}
