package dev.hstu.retrieval.cli;

/// One long step of a command, as a person sees it: a bar on a terminal, a line every few seconds
/// elsewhere. Not thread-safe; the step's own thread calls it.
public interface ProgressReporter extends AutoCloseable {

  /// Says how far the step is; cheap enough for a tight loop.
  void at(long done);

  /// As [#at(long)], with a short note beside the bar, e.g. `epoch 3 loss 4.217`.
  void at(long done, String note);

  /// Ends the bar; a further call does nothing.
  @Override
  void close();
}
