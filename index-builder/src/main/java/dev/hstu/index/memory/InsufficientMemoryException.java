package dev.hstu.index.memory;

import java.io.IOException;

/// Work that cannot be done within the memory allowed for it.
public final class InsufficientMemoryException extends IOException {
  private static final long serialVersionUID = 1L;

  public InsufficientMemoryException(String message) {
    super(message);
  }
}
