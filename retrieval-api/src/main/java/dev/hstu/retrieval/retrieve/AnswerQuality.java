package dev.hstu.retrieval.retrieve;

import dev.hstu.retrieval.admission.QualityStep;

/// How well a query was answered. Better than the step of the moment where more was kept than that
/// step would have computed.
///
/// @param step what was done without
/// @param staleSeconds how long past its expiry the embedding was, by the request time; 0 but at
///     [QualityStep#STALE_EMBEDDING]
public record AnswerQuality(QualityStep step, long staleSeconds) {

  /// A full answer.
  public static final AnswerQuality FULL = new AnswerQuality(QualityStep.FULL, 0);

  public AnswerQuality {
    if (staleSeconds < 0 || (staleSeconds > 0 && step != QualityStep.STALE_EMBEDDING)) {
      throw new IllegalArgumentException(
          "staleSeconds=%d must be at least 0, and 0 at %s".formatted(staleSeconds, step));
    }
  }

  static AnswerQuality of(QualityStep step) {
    return new AnswerQuality(step, 0);
  }
}
