package dev.hstu.retrieval.http;

import io.micronaut.http.exceptions.ContentLengthExceededException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/// A body read as a stream that cannot be read to its end, by the client's doing.
final class BrokenUpload {

  private BrokenUpload() {}

  /// Whether reading failed by what the client sent, or no longer sends.
  static boolean is(IOException failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return cause instanceof ContentLengthExceededException
        || cause instanceof EOFException
        || cause instanceof ClosedChannelException;
  }

  /// What to tell a client that is still there.
  ///
  /// @throws ContentLengthExceededException for a body too large: the server's own exception, which
  ///     it wraps in the stream and answers outside of it
  static Problem problem(IOException failure) {
    if (failure.getCause() instanceof ContentLengthExceededException tooLarge) {
      throw tooLarge;
    }
    return Problem.of(
        ProblemType.BAD_REQUEST,
        "the body broke off before its end, what came before may have been taken; send it again");
  }
}
