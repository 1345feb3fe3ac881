package dev.hstu.retrieval.users;

import java.io.IOException;

/// Events that were not taken, none of them: a bound is reached. The message names it and the mend.
public final class UsersRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Whether the refusal passes by itself.
  private final boolean passing;

  UsersRefusedException(boolean passing, String problem) {
    super(problem);
    this.passing = passing;
  }

  /// Whether trying again a little later may help.
  public boolean isPassing() {
    return passing;
  }
}
