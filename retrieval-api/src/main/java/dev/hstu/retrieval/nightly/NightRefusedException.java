package dev.hstu.retrieval.nightly;

/// A reason that closes a night: trying again would end alike. The message is the sentence of the
/// report.
final class NightRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NightRefusedException(String message) {
    super(message);
  }

  NightRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
