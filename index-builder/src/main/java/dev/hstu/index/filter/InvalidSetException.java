package dev.hstu.index.filter;

/// A set that cannot be registered: its name or size is out of bounds. The message says which and
/// what to do.
public final class InvalidSetException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  InvalidSetException(String message) {
    super(message);
  }
}
