package dev.hstu.retrieval.tier;

/// The bytes are not what they should be; the message says what is wrong and where.
final class BodyFault extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BodyFault(String message) {
    super(message, null, false, false);
  }
}
