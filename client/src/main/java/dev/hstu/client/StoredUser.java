package dev.hstu.client;

import java.util.List;

/// What is stored of a user.
///
/// @param events oldest first
/// @param userAttributes changes of slow series, oldest first
/// @param servedItems items remembered as served
public record StoredUser(
    String userId, List<Event> events, List<UserAttribute> userAttributes, int servedItems) {

  public StoredUser {
    events = events == null ? List.of() : List.copyOf(events);
    userAttributes = userAttributes == null ? List.of() : List.copyOf(userAttributes);
  }

  /// What became of events and attributes that were sent; all durable.
  ///
  /// @param added events kept from now on
  /// @param known events there already
  /// @param dropped the oldest events, beyond what is kept of a user
  /// @param events of the user now
  /// @param addedAttributes attributes kept from now on
  /// @param userAttributes of the user now
  public record Receipt(
      String userId,
      int added,
      int known,
      int dropped,
      int events,
      int addedAttributes,
      int userAttributes) {}

  /// What went with a user.
  public record Forgotten(
      String userId,
      int events,
      int userAttributes,
      int servedItems,
      int cachedEmbeddings,
      int cachedLists) {}
}
