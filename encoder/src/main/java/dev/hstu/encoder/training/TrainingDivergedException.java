package dev.hstu.encoder.training;

/// The loss or a gradient is no longer a number. The message names step, learning rate and the last
/// good checkpoint.
public final class TrainingDivergedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TrainingDivergedException(String message) {
    super(message);
  }
}
