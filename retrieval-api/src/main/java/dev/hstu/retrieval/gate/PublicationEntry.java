package dev.hstu.retrieval.gate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One line of `publications.log`.
///
/// @param at UTC, ISO 8601
/// @param generation published
/// @param replaced the one that was current before, null for the first
/// @param user who published, by the name of the operating system
/// @param blockedBy the checks that spoke against it, empty for a passed one; copied
/// @param forcedBecause the reason given, null for a passed one
/// @param failure why the publication did not happen after all; null for one that did
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PublicationEntry(
    @JsonProperty("at") String at,
    @JsonProperty("generation") String generation,
    @JsonProperty("replaced") @Nullable String replaced,
    @JsonProperty("user") String user,
    @JsonProperty("blocked_by") List<String> blockedBy,
    @JsonProperty("forced_because") @Nullable String forcedBecause,
    @JsonProperty("failure") @Nullable String failure) {

  public PublicationEntry {
    blockedBy = List.copyOf(blockedBy);
  }

  /// Whether it serves against the gate's verdict.
  public boolean forced() {
    return forcedBecause != null && failure == null;
  }

  PublicationEntry failedBecause(String problem) {
    return new PublicationEntry(at, generation, replaced, user, blockedBy, forcedBecause, problem);
  }
}
