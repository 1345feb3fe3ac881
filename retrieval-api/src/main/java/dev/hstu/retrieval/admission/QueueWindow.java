package dev.hstu.retrieval.admission;

/// The waits in one queue, gathered over a window of time: does a queue stand?
///
/// It does when even the shortest wait of a window, and of the one before, is above the target
/// (CoDel: Nichols and Jacobson, ACM Queue 10(5), 2012); a burst has short waits too. A refused
/// request counts as one. A queue that is getting shorter is left to do so.
///
/// Not thread-safe.
final class QueueWindow {

  /// Fewer waits don't tell a queue from a hiccup of the machine.
  private static final int MIN_WAITS = 5;

  /// A wait below this share of the window's before is of a queue that drains.
  private static final double DRAINING = 0.9;

  /// What a window says.
  enum Finding {
    /// A queue stands and does not get shorter.
    STANDING,
    /// There are waits above half the target.
    WAITING,
    /// There are none.
    CALM
  }

  private final long targetNanos;
  private final long windowNanos;

  private boolean open;
  private long startNanos;
  private int waits;
  private long shortestWait;
  private boolean refused;
  private long lastWait;

  /// @param targetNanos wait that is still good
  /// @param windowNanos least length of a window
  QueueWindow(long targetNanos, long windowNanos) {
    this.targetNanos = targetNanos;
    this.windowNanos = windowNanos;
  }

  boolean isOpen() {
    return open;
  }

  void open(long nowNanos) {
    open = true;
    startNanos = nowNanos;
    waits = 0;
    shortestWait = Long.MAX_VALUE;
    refused = false;
  }

  /// When it was opened.
  long startNanos() {
    return startNanos;
  }

  void waited(long waitNanos) {
    waits++;
    shortestWait = Math.min(shortestWait, waitNanos);
  }

  void refused() {
    refused = true;
  }

  boolean isOver(long nowNanos) {
    return nowNanos - startNanos >= windowNanos;
  }

  /// Whether it is over and says enough.
  boolean isTelling(long nowNanos) {
    return isOver(nowNanos) && (waits >= MIN_WAITS || refused);
  }

  /// Closes the window; the next is to be opened.
  Finding close() {
    long wait = shortestWait == Long.MAX_VALUE ? lastWait : shortestWait;
    boolean shrinks = lastWait <= targetNanos || wait <= DRAINING * lastWait;
    lastWait = wait;
    open = false;
    if (refused || (wait > targetNanos && !shrinks)) {
      return Finding.STANDING;
    }
    return wait > targetNanos / 2 ? Finding.WAITING : Finding.CALM;
  }

  /// Closes the window without a look at it, and forgets the one before.
  void discard() {
    open = false;
    lastWait = 0;
  }
}
