package dev.hstu.client;

/// The service gave no answer in time, or none that can be read. Whether it did what was asked is
/// unknown.
public final class NoAnswerException extends RetrievalException {

  private static final long serialVersionUID = 1L;

  NoAnswerException(String message, Throwable cause) {
    super(message, cause);
  }

  NoAnswerException(String message) {
    super(message);
  }
}
