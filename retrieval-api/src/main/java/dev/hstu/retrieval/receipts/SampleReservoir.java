package dev.hstu.retrieval.receipts;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A bounded stock of what came, each with the same chance of being in it (Vitter's algorithm R),
/// so that a time of load, when nothing is taken out, leaves a fair sample of itself. For any
/// number of threads.
final class SampleReservoir<T> {

  private final int capacity;
  private final RandomGenerator random;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final List<T> kept = new ArrayList<>();

  /// What came since the stock last had room.
  private long came;

  SampleReservoir(int capacity, RandomGenerator random) {
    this.capacity = capacity;
    this.random = random;
  }

  /// Puts something in, perhaps in the place of another.
  ///
  /// @return false where something was dropped, this or another
  boolean offer(T sample) {
    lock.lock();
    try {
      if (kept.size() < capacity) {
        kept.add(sample);
        came = kept.size();
        filled.signal();
        return true;
      }
      came++;
      long place = random.nextLong(came);
      if (place < capacity) {
        kept.set((int) place, sample);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /// Takes out one of those kept, any; null where there is none.
  @Nullable T take() {
    lock.lock();
    try {
      if (kept.isEmpty()) {
        return null;
      }
      int place = random.nextInt(kept.size());
      T taken = kept.get(place);
      kept.set(place, kept.getLast());
      kept.removeLast();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until there is something.
  ///
  /// @return whether there is, within the time
  boolean await(long millis) throws InterruptedException {
    long left = TimeUnit.MILLISECONDS.toNanos(millis);
    lock.lockInterruptibly();
    try {
      while (kept.isEmpty() && left > 0) {
        left = filled.awaitNanos(left);
      }
      return !kept.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /// Throws out what a condition holds for.
  ///
  /// @return how many that were
  int dropIf(Predicate<T> condition) {
    lock.lock();
    try {
      int before = kept.size();
      kept.removeIf(condition);
      return before - kept.size();
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return kept.size();
    } finally {
      lock.unlock();
    }
  }
}
