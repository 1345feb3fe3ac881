package dev.hstu.retrieval.http;

/// What comes of a batch's body, in order.
sealed interface BatchEntry {

  /// Which line it is, counted from 1.
  long line();

  /// A line to be answered.
  ///
  /// @param json its bytes, without the newline
  record Request(long line, byte[] json) implements BatchEntry {}

  /// A line that is not taken.
  record Refused(long line, Problem problem) implements BatchEntry {}

  /// Nothing follows.
  ///
  /// @param line one past the last
  record End(long line) implements BatchEntry {}
}
