package dev.hstu.retrieval.retrieve;

import dev.hstu.index.filter.FilterRule;
import org.jspecify.annotations.Nullable;

/// What is asked of a generation. The arrays are shared, not copied, and must not change during a
/// retrieval.
///
/// @param itemIds external ids of the events' items, oldest event first
/// @param times the events' times, whole seconds of the model's clock, ascending, one an item
/// @param actions what was done at each event, NaN where it isn't said; empty where none is
/// @param requestTime when the next item is chosen, not before the last event
/// @param k candidates wanted, at least 1
/// @param excludeSeen whether the events' items are left out
/// @param excludedItemIds external ids to leave out besides; unknown ones have no effect
/// @param filter what else an item must fulfil
/// @param userId who asks, so that what is kept of the answer can be forgotten with the user; null
///     where it isn't known. Changes no answer
/// @param attributes of the user, read by models that were trained with series
public record RetrievalQuery(
    String[] itemIds,
    long[] times,
    float[] actions,
    long requestTime,
    int k,
    boolean excludeSeen,
    String[] excludedItemIds,
    FilterRule filter,
    @Nullable String userId,
    UserAttributes attributes) {

  public RetrievalQuery {
    if (itemIds.length != times.length) {
      throw new IllegalArgumentException(
          "itemIds has %d entries and times %d; give one time per item"
              .formatted(itemIds.length, times.length));
    }
    if (actions.length != 0 && actions.length != itemIds.length) {
      throw new IllegalArgumentException(
          "itemIds has %d entries and actions %d; give one action per item, or none at all"
              .formatted(itemIds.length, actions.length));
    }
    if (k < 1) {
      throw new IllegalArgumentException("k=" + k + " must be at least 1");
    }
  }

  private static final float[] NO_ACTIONS = {};
  private static final String[] NO_ITEMS = {};

  /// A query of nobody in particular, of whom nothing but events is known, for any item that isn't
  /// among them.
  public static RetrievalQuery of(String[] itemIds, long[] times, long requestTime, int k) {
    return new RetrievalQuery(
        itemIds,
        times,
        NO_ACTIONS,
        requestTime,
        k,
        true,
        NO_ITEMS,
        FilterRule.EVERYTHING,
        null,
        UserAttributes.NONE);
  }

  /// The same for other events.
  public RetrievalQuery withEvents(String[] otherIds, long[] otherTimes, float[] otherActions) {
    return new RetrievalQuery(
        otherIds,
        otherTimes,
        otherActions,
        requestTime,
        k,
        excludeSeen,
        excludedItemIds,
        filter,
        userId,
        attributes);
  }

  /// The same at another time.
  public RetrievalQuery withRequestTime(long seconds) {
    return new RetrievalQuery(
        itemIds,
        times,
        actions,
        seconds,
        k,
        excludeSeen,
        excludedItemIds,
        filter,
        userId,
        attributes);
  }

  /// The same for so many candidates.
  public RetrievalQuery withK(int count) {
    return new RetrievalQuery(
        itemIds,
        times,
        actions,
        requestTime,
        count,
        excludeSeen,
        excludedItemIds,
        filter,
        userId,
        attributes);
  }

  /// The same for other items.
  ///
  /// @param excludesSeen whether the events' items are left out
  /// @param excluded external ids to leave out besides
  public RetrievalQuery withItems(boolean excludesSeen, String[] excluded, FilterRule rule) {
    return new RetrievalQuery(
        itemIds, times, actions, requestTime, k, excludesSeen, excluded, rule, userId, attributes);
  }

  /// Number of events, known or not.
  public int events() {
    return itemIds.length;
  }
}
