package dev.hstu.retrieval.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// One line of the audit log: no vector, no history, no key.
///
/// @param at UTC, ISO 8601
/// @param caller the key's id, or [AccessKeys#NO_KEYS]
/// @param action what was asked for, such as `put-item`
/// @param target the item or set; null where the action has many
/// @param outcome `done`, `refused` (nothing changed) or `failed` (it isn't known what did)
/// @param status of the answer
/// @param detail counts of an action with many targets; null for others
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AuditEntry(
    @JsonProperty("at") String at,
    @JsonProperty("caller") String caller,
    @JsonProperty("action") String action,
    @JsonProperty("target") @Nullable String target,
    @JsonProperty("outcome") String outcome,
    @JsonProperty("status") int status,
    @JsonProperty("detail") @Nullable String detail) {

  /// Longest target and detail in characters; the rest is cut.
  static final int MAX_LENGTH = 512;

  public AuditEntry {
    target = cut(target);
    detail = cut(detail);
  }

  private static @Nullable String cut(@Nullable String text) {
    return text == null || text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH);
  }
}
