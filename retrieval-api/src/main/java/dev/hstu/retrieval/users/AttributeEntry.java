package dev.hstu.retrieval.users;

import org.jspecify.annotations.Nullable;

/// One value of a slow series of a user, and since when it holds. Equal entries are the same one.
///
/// @param name of the series, e.g. `language`
/// @param value what it holds
/// @param since whole seconds; null for always
public record AttributeEntry(String name, String value, @Nullable Long since) {

  public AttributeEntry {
    UserEvent.requireId("name", name);
    UserEvent.requireId("value", value);
    if (since != null && since < 0) {
      throw new IllegalArgumentException("since=" + since + " must be at least 0");
    }
  }
}
