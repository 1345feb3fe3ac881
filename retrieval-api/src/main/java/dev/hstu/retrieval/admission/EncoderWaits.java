package dev.hstu.retrieval.admission;

/// Is told how a request fares in the queue of an encoder, wherever that queue is. For any number
/// of threads; waits for nothing.
public interface EncoderWaits {

  /// For calls that nobody's request waits for.
  EncoderWaits UNWATCHED =
      new EncoderWaits() {
        @Override
        public void waited(int users, long sentNanos, long waitNanos) {}

        @Override
        public void refused() {}
      };

  /// An encoder took users up, or gave them up since their deadline had come too near.
  ///
  /// @param sentNanos [System#nanoTime] at which they were sent to it
  /// @param waitNanos for anything but the computation; beyond the wait that is configured for
  ///     sharing calls
  void waited(int users, long sentNanos, long waitNanos);

  /// No encoder has room for more.
  void refused();
}
