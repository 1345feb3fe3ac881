package dev.hstu.encoder.training;

/// A checkpoint that belongs to another recipe or other data. The message names file, field and
/// both values.
public final class CheckpointMismatchException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  CheckpointMismatchException(String message) {
    super(message);
  }
}
