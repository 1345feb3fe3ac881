package dev.hstu.retrieval.admission;

/// Is told how a request fares in the queue of an encoder, wherever that queue is, and says whether
/// there is room in it. For any number of threads; waits for nothing.
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

  /// Whether one more user would be taken up soon; who has an earlier embedding does with that
  /// where not.
  ///
  /// @param queuedNanos that the request has waited for a worker already, where encoders may be the
  ///     workers themselves
  default boolean hasRoom(long queuedNanos) {
    return true;
  }

  /// A user is sent to the encoders, whether or not there was room.
  default void sent() {}

  /// One that was sent has an embedding, or none will come.
  ///
  /// @param tookNanos since then
  default void answered(long tookNanos) {}
}
