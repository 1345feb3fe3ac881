package dev.hstu.index.live;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a log amounts to: the last update of each id, attributes kept from an earlier one filled
/// in. Applying these in order leaves every item as applying all does. For one thread.
final class LastUpdates {

  private final Map<String, Last> lastById = new HashMap<>();
  private long lastSequence;

  /// The last updates beyond a sequence number.
  static LastUpdates of(LogSnapshot log, long after) throws IOException {
    LastUpdates last = new LastUpdates();
    log.forEach(
        update -> {
          if (update.sequence() > after) {
            last.add(update);
          }
        });
    return last;
  }

  /// The last sequence number there was, 0 when there was none.
  long lastSequence() {
    return lastSequence;
  }

  /// The number of ids.
  int size() {
    return lastById.size();
  }

  /// Hands over each id's last update in order, out of the very log that this was made of.
  void forEach(LogSnapshot log, LogSnapshot.UpdateConsumer consumer) throws IOException {
    log.forEach(
        update -> {
          Last last = lastById.get(update.update().id());
          if (last != null && update.sequence() <= last.sequence) {
            last.visit(update, consumer);
          }
        });
  }

  private void add(LoggedUpdate update) {
    lastSequence = update.sequence();
    lastById.computeIfAbsent(update.update().id(), id -> new Last()).add(update);
  }

  private static final class Last {
    long sequence;

    /// The update whose attributes hold, 0 where none gave any since the item was last deleted.
    long attributesAt;

    /// Whether the item was deleted before, so that what it had elsewhere no longer holds.
    boolean wasDeleted;

    @Nullable ItemAttributes attributes;

    void add(LoggedUpdate update) {
      sequence = update.sequence();
      switch (update.update()) {
        case ItemUpdate.Delete _ -> {
          attributesAt = 0;
          wasDeleted = true;
        }
        case ItemUpdate.Upsert upsert -> {
          if (upsert.attributes() != null) {
            attributesAt = sequence;
          }
        }
      }
    }

    void visit(LoggedUpdate update, LogSnapshot.UpdateConsumer consumer) throws IOException {
      if (update.sequence() == attributesAt
          && update.update() instanceof ItemUpdate.Upsert(_, _, @Nullable ItemAttributes given)) {
        attributes = given;
      }
      if (update.sequence() == sequence) {
        consumer.accept(
            new LoggedUpdate(sequence, update.modelFingerprint(), effective(update.update())));
        attributes = null;
      }
    }

    private ItemUpdate effective(ItemUpdate update) {
      return switch (update) {
        case ItemUpdate.Delete delete -> delete;
        case ItemUpdate.Upsert upsert when attributes != null -> upsert.with(attributes);
        case ItemUpdate.Upsert upsert when wasDeleted -> upsert.with(ItemAttributes.NONE);
        case ItemUpdate.Upsert upsert -> upsert;
      };
    }
  }
}
