package dev.hstu.retrieval.users;

/// What of a user is stored for a model to read, as one change after another left it.
///
/// @param events in order of time
/// @param attributes of the user's slow series
public record StoredHistory(StoredEvents events, StoredAttributes attributes) {

  /// Of a user of whom nothing is stored.
  public static final StoredHistory NONE =
      new StoredHistory(StoredEvents.NONE, StoredAttributes.NONE);

  /// Whether nothing is stored.
  public boolean isEmpty() {
    return events.count() == 0 && attributes.count() == 0;
  }
}
