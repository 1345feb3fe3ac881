package dev.hstu.index;

import dev.hstu.index.search.IndexProgress;

/// Turns the counts of the parts into the order that [BuildListener] promises, also when several
/// threads report.
final class StepProgress {

  private final BuildListener listener;
  private final BuildStep step;
  private final long total;
  private long done;

  private StepProgress(BuildListener listener, BuildStep step, long total) {
    this.listener = listener;
    this.step = step;
    this.total = total;
    listener.at(step, 0, total);
  }

  static StepProgress begin(BuildListener listener, BuildStep step, long total) {
    return new StepProgress(listener, step, total);
  }

  synchronized void at(long now) {
    if (now > done && now <= total) {
      done = now;
      listener.at(step, done, total);
    }
  }

  void end() {
    at(total);
  }

  /// The two steps of the index; the second begins when the first has ended.
  static IndexProgress ofIndex(BuildListener listener, int items) {
    StepProgress adding = begin(listener, BuildStep.ADD, items);
    return new IndexProgress() {
      private StepProgress linking = adding;

      @Override
      public void added(int count, int total) {
        if ((count & 0x3FF) == 0 || count == total) {
          adding.at(count);
        }
      }

      @Override
      public synchronized void linked(int count, int total) {
        if (linking == adding) {
          adding.end();
          linking = begin(listener, BuildStep.LINK, items);
        }
        linking.at(count);
      }
    };
  }
}
