package dev.hstu.index.catalog;

import java.io.IOException;
import java.nio.file.Path;

/// An item vector that search could not rank: not finite, or not of length 1.
public final class InvalidVectorException extends IOException {
  private static final long serialVersionUID = 1L;

  InvalidVectorException(Path file, int row, String id, double norm) {
    super(
        "%s: vector of item '%s' (row %d) has norm %s, must be 1 within %s; normalise the vectors"
            .formatted(file, id, row, norm, ItemVectors.NORM_TOLERANCE));
  }
}
