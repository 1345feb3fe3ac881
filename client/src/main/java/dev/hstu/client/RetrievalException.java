package dev.hstu.client;

/// A call that led to no answer one could use.
public abstract sealed class RetrievalException extends RuntimeException
    permits ProblemException, NoAnswerException {

  private static final long serialVersionUID = 1L;

  RetrievalException(String message, Throwable cause) {
    super(message, cause);
  }

  RetrievalException(String message) {
    super(message);
  }
}
