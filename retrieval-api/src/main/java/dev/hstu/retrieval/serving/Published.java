package dev.hstu.retrieval.serving;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What has become of the generation that `CURRENT` names.
public sealed interface Published {

  /// `CURRENT` names none.
  record None() implements Published {}

  /// It is being opened, verified and warmed.
  record Opening(String id) implements Published {}

  /// It serves.
  record Serving(String id) implements Published {}

  /// It could not be taken up; the one before, if any, goes on serving.
  ///
  /// @param id of the generation, or `CURRENT` when not even the pointer could be read
  /// @param reason what the open said, naming the file
  record Refused(String id, String reason, Instant at) implements Published {

    /// Whether `other` is the same failure of the same generation, at whatever time.
    boolean isSameAs(@Nullable Refused other) {
      return other != null && id.equals(other.id) && reason.equals(other.reason);
    }
  }
}
