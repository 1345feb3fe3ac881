package dev.hstu.retrieval.cli;

/// Input that cannot be used: the message is one sentence that names the value and the mend. Ends
/// the command with exit code 2 and no stack trace.
public final class UserError extends RuntimeException {

  public UserError(String message) {
    super(message);
  }

  public UserError(String message, Throwable cause) {
    super(message, cause);
  }
}
