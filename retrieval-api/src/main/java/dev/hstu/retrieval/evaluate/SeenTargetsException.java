package dev.hstu.retrieval.evaluate;

/// The model was trained on the very events it is asked to find.
public final class SeenTargetsException extends RuntimeException {

  SeenTargetsException(String message) {
    super(message);
  }
}
