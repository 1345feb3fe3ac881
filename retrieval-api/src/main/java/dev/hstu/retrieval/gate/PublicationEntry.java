package dev.hstu.retrieval.gate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One line of `publications.log`.
///
/// @param at UTC, ISO 8601
/// @param action what was done; lines of earlier releases don't say and were all publications
/// @param generation published or returned to
/// @param replaced the one that was current before, null for the first
/// @param user who did it, by the name of the operating system or, through the service, of the key
/// @param blockedBy the checks that spoke against it, empty for a passed one; copied
/// @param forcedBecause the reason given, null for a passed one
/// @param returnedBecause the reason for a rollback, null where none was given
/// @param failure why it did not happen after all; null for one that did
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PublicationEntry(
    @JsonProperty("at") String at,
    @JsonProperty("action") Action action,
    @JsonProperty("generation") String generation,
    @JsonProperty("replaced") @Nullable String replaced,
    @JsonProperty("user") String user,
    @JsonProperty("blocked_by") List<String> blockedBy,
    @JsonProperty("forced_because") @Nullable String forcedBecause,
    @JsonProperty("returned_because") @Nullable String returnedBecause,
    @JsonProperty("failure") @Nullable String failure) {

  /// How a generation became the current one.
  public enum Action {
    PUBLISH,
    ROLLBACK;

    @JsonValue
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public PublicationEntry {
    action = action == null ? Action.PUBLISH : action;
    blockedBy = List.copyOf(blockedBy);
  }

  /// Whether it serves against the gate's verdict.
  public boolean forced() {
    return forcedBecause != null && failure == null;
  }

  PublicationEntry failedBecause(String problem) {
    return new PublicationEntry(
        at, action, generation, replaced, user, blockedBy, forcedBecause, returnedBecause, problem);
  }
}
