package dev.hstu.client;

import java.util.List;

/// What is stored of a user.
///
/// @param events oldest first
/// @param servedItems items remembered as served
public record StoredUser(String userId, List<Event> events, int servedItems) {

  public StoredUser {
    events = events == null ? List.of() : List.copyOf(events);
  }

  /// What became of events that were sent; all durable.
  ///
  /// @param added kept from now on
  /// @param known there already
  /// @param dropped the oldest, beyond what is kept of a user
  /// @param events of the user now
  public record Receipt(String userId, int added, int known, int dropped, int events) {}

  /// What went with a user.
  public record Forgotten(
      String userId, int events, int servedItems, int cachedEmbeddings, int cachedLists) {}
}
