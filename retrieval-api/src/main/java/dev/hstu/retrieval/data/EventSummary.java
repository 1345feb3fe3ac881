package dev.hstu.retrieval.data;

import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedManifest;
import dev.hstu.retrieval.data.EventOrder.Ordered;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;

/// What an import kept.
///
/// @param events kept
/// @param duplicates rows left out because user, item, time and action stood before
/// @param repeats rows left out on demand because the user had had the item before
/// @param outOfOrder events that stood after a later one of the same user and were sorted
/// @param users with events
/// @param items of the catalogue and of the events
/// @param itemsWithoutEvents of `items`
/// @param itemsOutsideCatalogue items that only events name, which have no attributes
/// @param eventsPerUser least, median, most
/// @param firstTime of all events, seconds of the clock
/// @param lastTime of all events
/// @param clock as [dev.hstu.encoder.sequence.Clock#spec()]
/// @param userIdType `int64` or `utf8`
/// @param itemIdType `int64` or `utf8`
/// @param fingerprint of the prepared data
public record EventSummary(
    long events,
    long duplicates,
    long repeats,
    long outOfOrder,
    int users,
    int items,
    int itemsWithoutEvents,
    int itemsOutsideCatalogue,
    Spread eventsPerUser,
    long firstTime,
    long lastTime,
    String clock,
    String userIdType,
    String itemIdType,
    String fingerprint) {

  /// Least, median and most of a count.
  public record Spread(int min, double median, int max) {

    /// @param counts at least one; sorted in place
    static Spread of(int[] counts) {
      Arrays.sort(counts);
      int middle = counts.length / 2;
      double median =
          counts.length % 2 == 1 ? counts[middle] : (counts[middle - 1] + counts[middle]) / 2.0;
      return new Spread(counts[0], median, counts[counts.length - 1]);
    }
  }

  /// @param catalogueItems items of the catalogue; those of events only have the rows behind them
  static EventSummary of(Ordered ordered, int catalogueItems, PreparedManifest manifest) {
    InteractionLog log = ordered.log();
    int[] lengths = new int[log.users()];
    Arrays.setAll(lengths, log::length);
    BitSet seen = new BitSet(manifest.items() + 1);
    Arrays.stream(log.items()).forEach(seen::set);
    return new EventSummary(
        log.events(),
        ordered.duplicates(),
        ordered.repeats(),
        ordered.outOfOrder(),
        log.users(),
        manifest.items(),
        manifest.items() - seen.cardinality(),
        catalogueItems == 0 ? 0 : manifest.items() - catalogueItems,
        Spread.of(lengths),
        Arrays.stream(log.times()).min().orElse(0),
        Arrays.stream(log.times()).max().orElse(0),
        manifest.clock(),
        manifest.userIdType().name().toLowerCase(Locale.ROOT),
        manifest.itemIdType().name().toLowerCase(Locale.ROOT),
        manifest.fingerprint());
  }
}
