package dev.hstu.index;

import java.io.IOException;

/// Inputs that don't make a generation: a foreign model, other ids, a folder that is no model's.
public final class BuildRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  BuildRefusedException(String message) {
    super(message);
  }
}
