package dev.hstu.retrieval.retrieve;

/// Nobody can encode this now, and the same may work later; the message says why and what to do.
public final class EncoderUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public EncoderUnavailableException(String message) {
    super(message);
  }
}
