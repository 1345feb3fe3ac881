package dev.hstu.index.generation;

import java.io.IOException;

/// A change of `CURRENT` that makes no sense now: nothing to return to, or another process was
/// quicker.
public final class PublicationRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  PublicationRefusedException(String message) {
    super(message);
  }
}
