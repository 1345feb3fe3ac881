package dev.hstu.retrieval.config;

import dev.hstu.index.filter.FilterRule;
import dev.hstu.index.search.SearchOptions;
import java.util.List;

/// What one request may ask for; `retrieval.*`.
///
/// @param defaultK candidates returned when a request names no k
/// @param maxK largest k a request may name, at least `defaultK`
/// @param maxEvents most events of one history
/// @param maxExcludedItems most entries of one `excludeItemIds`
/// @param maxFilterIds most ids listed in one filter
/// @param maxIdLength longest item or user id, in UTF-16 units
/// @param searchBeam items a graph search keeps track of, 0 for what the generation was built with
/// @param searchRecall recall a search in partitions aims at, 0 for what the generation was built
///     with
public record RetrievalSettings(
    int defaultK,
    int maxK,
    int maxEvents,
    int maxExcludedItems,
    int maxFilterIds,
    int maxIdLength,
    int searchBeam,
    double searchRecall) {

  static final Setting<Integer> DEFAULT_K =
      Setting.integer("retrieval.default-k", 100, 1, 1000, "Candidates when a request names no k.");
  static final Setting<Integer> MAX_K =
      Setting.integer(
          "retrieval.max-k",
          1000,
          1,
          1000,
          "Largest k of a request; the cost of a graph search grows with it.");
  static final Setting<Integer> MAX_EVENTS =
      Setting.integer(
          "retrieval.max-events",
          10_000,
          1,
          100_000,
          "Most events of one history: models keep a few hundred, but all are excluded as seen.");
  static final Setting<Integer> MAX_EXCLUDED_ITEMS =
      Setting.integer(
          "retrieval.max-excluded-items",
          10_000,
          0,
          100_000,
          "Most entries of excludeItemIds; bounds the memory of a request.");
  static final Setting<Integer> MAX_FILTER_IDS =
      Setting.integer(
          "retrieval.max-filter-ids",
          10_000,
          0,
          FilterRule.MAX_IDS,
          "Most ids listed in one filter; larger sets are registered once, by PUT /sets/{name}.");
  static final Setting<Integer> MAX_ID_LENGTH =
      Setting.integer(
          "retrieval.max-id-length",
          256,
          1,
          4096,
          "Longest item or user id in characters; longer ones are no ids.");
  static final Setting<Integer> SEARCH_BEAM =
      Setting.integer(
          "retrieval.search-beam",
          0,
          0,
          SearchOptions.MAX_BEAM,
          "Items a graph search keeps track of: more finds more of the true top k and takes longer;"
              + " 0 takes what the generation was built with.");
  static final Setting<Double> SEARCH_RECALL =
      Setting.decimal(
          "retrieval.search-recall",
          0,
          0,
          1,
          "Share of the true top k that a search in partitions aims at: more takes longer;"
              + " 0 takes what the generation was built with.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          DEFAULT_K,
          MAX_K,
          MAX_EVENTS,
          MAX_EXCLUDED_ITEMS,
          MAX_FILTER_IDS,
          MAX_ID_LENGTH,
          SEARCH_BEAM,
          SEARCH_RECALL);

  public RetrievalSettings {
    if (defaultK > maxK) {
      throw new InvalidSettingException(
          "%s=%d must be at most %s=%d; lower the first or raise the second"
              .formatted(DEFAULT_K.key(), defaultK, MAX_K.key(), maxK));
    }
  }

  static RetrievalSettings from(SettingValues values) {
    return new RetrievalSettings(
        values.get(DEFAULT_K),
        values.get(MAX_K),
        values.get(MAX_EVENTS),
        values.get(MAX_EXCLUDED_ITEMS),
        values.get(MAX_FILTER_IDS),
        values.get(MAX_ID_LENGTH),
        values.get(SEARCH_BEAM),
        values.get(SEARCH_RECALL));
  }

  /// How many popular items a generation keeps at hand: the largest k and everything one request
  /// can exclude, so that no request finds the list too short.
  public int popularItems() {
    return maxK + maxEvents + maxExcludedItems;
  }
}
