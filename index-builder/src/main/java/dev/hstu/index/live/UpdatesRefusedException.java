package dev.hstu.index.live;

import java.io.IOException;

/// Updates that were not taken, none of them: a bound is reached. The message names it and the
/// mend.
public final class UpdatesRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Whether the refusal passes by itself.
  private final boolean passing;

  UpdatesRefusedException(boolean passing, String problem) {
    super(problem);
    this.passing = passing;
  }

  /// Whether trying again a little later may help.
  public boolean isPassing() {
    return passing;
  }
}
