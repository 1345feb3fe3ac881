package dev.hstu.retrieval.gate;

/// Why a blocked generation is to serve all the same; read by others afterwards.
///
/// @param text [#MIN_LENGTH]..[#MAX_LENGTH] characters on one line
public record ForceReason(String text) {

  /// Shorter ones say nothing.
  public static final int MIN_LENGTH = 10;

  /// Longer ones belong in an incident's record.
  public static final int MAX_LENGTH = 500;

  public ForceReason {
    text = text.strip();
    if (text.length() < MIN_LENGTH || text.length() > MAX_LENGTH || text.lines().count() > 1) {
      throw new IllegalArgumentException(
          "the reason '%.80s' must be one line of %d..%d characters; say after --force why this generation is to serve, for who reads publications.log"
              .formatted(text, MIN_LENGTH, MAX_LENGTH));
    }
  }
}
