package dev.hstu.retrieval.data;

/// Input or a setting that cannot be used; the message is one sentence that names the value and the
/// mend, fit to be shown as it is.
public final class UnusableInputException extends RuntimeException {

  public UnusableInputException(String message) {
    super(message);
  }

  public UnusableInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
