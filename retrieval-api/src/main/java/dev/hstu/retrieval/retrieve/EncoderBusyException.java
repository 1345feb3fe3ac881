package dev.hstu.retrieval.retrieve;

/// As much waits for an encoder as may; the message says how much and what to do.
public final class EncoderBusyException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public EncoderBusyException(String message) {
    super(message);
  }
}
