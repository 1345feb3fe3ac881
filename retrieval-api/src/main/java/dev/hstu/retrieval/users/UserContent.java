package dev.hstu.retrieval.users;

import dev.hstu.retrieval.config.UserSettings;
import java.util.List;
import java.util.stream.Stream;

/// All that is kept of one user. Immutable, so that readers see a change wholly or not at all.
///
/// @param history what was stored of the user
/// @param served what was served
record UserContent(StoredHistory history, ServedItems served) {

  /// Nothing.
  static final UserContent NONE = new UserContent(StoredHistory.NONE, ServedItems.NONE);

  /// A user's objects, their references and the place in the map.
  private static final int OVERHEAD_BYTES = 200;

  boolean isEmpty() {
    return history.isEmpty() && served == ServedItems.NONE;
  }

  UserContent withHistory(StoredHistory later) {
    return new UserContent(later, served);
  }

  UserContent withServed(ServedItems later) {
    return new UserContent(history, later);
  }

  /// Heap taken by a user of whom this is kept, about.
  int bytes(String id) {
    return OVERHEAD_BYTES
        + Character.BYTES * id.length()
        + history.events().bytes()
        + history.attributes().bytes()
        + served.bytes();
  }

  /// What is kept after a change that is in the log, within today's bounds.
  UserContent replayed(UserRecord change, UserSettings settings) {
    return switch (change) {
      case UserRecord.Forget _ -> NONE;
      case UserRecord.Events(String _, StoredEvents events) ->
          withHistory(
              new StoredHistory(
                  history.events().with(events.events(), settings.maxEvents()).all(),
                  history.attributes()));
      case UserRecord.Attributes(String _, StoredAttributes attributes) ->
          withHistory(
              new StoredHistory(
                  history.events(), attributes.with(List.of(), settings.maxAttributes()).all()));
      case UserRecord.Served(String _, ServedItems items) ->
          withServed(served.with(items, 0, settings.maxServedItems()));
    };
  }

  /// The changes that lead from nothing to this.
  Stream<UserRecord> records(String user) {
    Stream.Builder<UserRecord> records = Stream.builder();
    if (history.events() != StoredEvents.NONE) {
      records.add(new UserRecord.Events(user, history.events()));
    }
    if (history.attributes() != StoredAttributes.NONE) {
      records.add(new UserRecord.Attributes(user, history.attributes()));
    }
    if (served != ServedItems.NONE) {
      records.add(new UserRecord.Served(user, served));
    }
    return records.build();
  }
}
