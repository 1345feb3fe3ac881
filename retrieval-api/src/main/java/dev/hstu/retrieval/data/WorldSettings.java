package dev.hstu.retrieval.data;

/// The size and the seed of a [SimulatedWorld]; the same settings give the same world, byte for
/// byte.
///
/// @param users 1..[#MAX_USERS]
/// @param items `8 * eventsPerUser`..[#MAX_ITEMS], so that nobody runs out of unseen items
/// @param eventsPerUser the mean, 4..[#MAX_EVENTS_PER_USER]; a user has between a third and three
///     times as many
/// @param seed any number
public record WorldSettings(int users, int items, int eventsPerUser, long seed) {

  /// Bound on users; the log of a world is held in memory while it is made.
  public static final int MAX_USERS = 1_000_000;

  /// Bound on items.
  public static final int MAX_ITEMS = 1_000_000;

  /// Bound on the mean number of events of a user.
  public static final int MAX_EVENTS_PER_USER = 1_000;

  /// The demo's world: big enough that popularity is a weak guess, small enough to learn in a
  /// minute.
  public static final WorldSettings DEMO = new WorldSettings(3_000, 2_000, 45, 42);

  private static final int ITEMS_PER_TOPIC = 50;
  private static final int LEAST_TOPICS = 4;

  public WorldSettings {
    requireWithin("users", users, 1, MAX_USERS);
    requireWithin("events-per-user", eventsPerUser, 4, MAX_EVENTS_PER_USER);
    requireWithin("items", items, 8 * eventsPerUser, MAX_ITEMS);
    if ((long) users * eventsPerUser > MAX_EVENTS) {
      throw new IllegalArgumentException(
          "users=%d times events-per-user=%d is more than %d events; lower one of them"
              .formatted(users, eventsPerUser, MAX_EVENTS));
    }
  }

  /// Bound on expected events, about 1.2 GiB of heap at 24 bytes an event.
  public static final long MAX_EVENTS = 50_000_000L;

  /// How many topics the items fall into: one for every 50 items.
  public int topics() {
    return Math.max(LEAST_TOPICS, items / ITEMS_PER_TOPIC);
  }

  private static void requireWithin(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s=%d must be within %d..%d; set --%1$s".formatted(name, value, least, most));
    }
  }
}
