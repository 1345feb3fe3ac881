package dev.hstu.retrieval.access;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// What a key may do. Each role may all that the ones before it may.
public enum Role {
  /// Ask: retrieve, embed, look at metrics and sets.
  READ,
  /// Change what is served: items, sets.
  WRITE,
  /// Change which generation is served.
  ADMIN;

  /// Whether a key of this role may what `needed` may.
  public boolean allows(Role needed) {
    return compareTo(needed) >= 0;
  }

  /// The role as files and commands spell it.
  @JsonValue
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  @JsonCreator
  static Role of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
