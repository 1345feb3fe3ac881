package dev.hstu.retrieval.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What is kept of users; `users.*`.
///
/// @param folder of the store; empty keeps nothing of anyone
/// @param maxUsers users whose events or attributes are stored
/// @param maxEvents events kept of one user
/// @param maxAttributes entries of slow series kept of one user
/// @param maxMemoryBytes of heap for all of them
/// @param servedDays how long what was served is remembered; 0 remembers none of it
/// @param maxServedItems items remembered as served to one user
public record UserSettings(
    Optional<Path> folder,
    int maxUsers,
    int maxEvents,
    int maxAttributes,
    long maxMemoryBytes,
    int servedDays,
    int maxServedItems) {

  /// Longest time for which what was served can be remembered.
  public static final int MAX_SERVED_DAYS = 365;

  private static final String NONE = "none";

  static final Setting<String> FOLDER =
      Setting.text(
          "users.folder",
          NONE,
          "none, or the path of a folder of its own",
          "Where users' events and attributes are stored, by PUT /users/{id}/events, and what was"
              + " served to them."
              + " Only one process may write to it. none stores nothing of anyone.");
  static final Setting<Integer> MAX_USERS =
      Setting.integer(
          "users.max-users",
          1_000_000,
          1,
          100_000_000,
          "Users whose events or attributes are stored; one more is answered 503. Of as many again it"
              + " is remembered what was served to them.");
  static final Setting<Integer> MAX_EVENTS =
      Setting.integer(
          "users.max-events",
          500,
          1,
          10_000,
          "Events kept of one user, the newest: models read a few hundred, and all are excluded as"
              + " seen.");
  static final Setting<Integer> MAX_ATTRIBUTES =
      Setting.integer(
          "users.max-attributes",
          256,
          1,
          10_000,
          "Changes of slow series kept of one user, the newest, the last of each series in any case:"
              + " as many as a request may say, some 20 bytes each.");
  static final Setting<Long> MAX_MEMORY =
      Setting.bytes(
          "users.max-memory",
          "256m",
          1L << 20,
          1L << 40,
          "Heap for what is kept of users, some 15 bytes an event and 200 a user; more is answered 503,"
              + " and what was served is remembered in three quarters of it."
              + " The files take up to three times as much, and DELETE /users/{id} writes them anew.");
  static final Setting<Integer> SERVED_DAYS =
      Setting.integer(
          "users.served-days",
          7,
          0,
          MAX_SERVED_DAYS,
          "How long what was served to a user is remembered, and so the most that excludeServedDays"
              + " may ask for; 0 remembers none of it.");
  static final Setting<Integer> MAX_SERVED_ITEMS =
      Setting.integer(
          "users.max-served-items",
          2_000,
          1,
          100_000,
          "Items remembered as served to one user, the latest, some 12 bytes each.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          FOLDER, MAX_USERS, MAX_EVENTS, MAX_ATTRIBUTES, MAX_MEMORY, SERVED_DAYS, MAX_SERVED_ITEMS);

  static UserSettings from(SettingValues values) {
    String folder = values.get(FOLDER);
    return new UserSettings(
        folder.equals(NONE) ? Optional.empty() : Optional.of(Path.of(folder)),
        values.get(MAX_USERS),
        values.get(MAX_EVENTS),
        values.get(MAX_ATTRIBUTES),
        values.get(MAX_MEMORY),
        values.get(SERVED_DAYS),
        values.get(MAX_SERVED_ITEMS));
  }

  /// Heap that users take at most.
  public long maxBytes() {
    return folder.isPresent() ? maxMemoryBytes : 0;
  }
}
