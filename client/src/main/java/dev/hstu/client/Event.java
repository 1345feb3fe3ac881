package dev.hstu.client;

import org.jspecify.annotations.Nullable;

/// One thing a user did.
///
/// @param itemId 64-bit integers as decimal digits
/// @param timestamp whole seconds
/// @param action what was done, e.g. a rating; read by models that were trained with actions
public record Event(String itemId, long timestamp, @Nullable Float action) {

  public Event(String itemId, long timestamp) {
    this(itemId, timestamp, null);
  }
}
