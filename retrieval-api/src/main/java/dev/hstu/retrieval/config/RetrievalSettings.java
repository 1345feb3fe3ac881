package dev.hstu.retrieval.config;

import java.util.List;

/// What one request may ask for; `retrieval.*`.
///
/// @param defaultK candidates returned when a request names no k
/// @param maxK largest k a request may name, at least `defaultK`
/// @param maxEvents most events of one history
/// @param maxExcludedItems most entries of one `excludeItemIds`
/// @param maxIdLength longest item or user id, in UTF-16 units
public record RetrievalSettings(
    int defaultK, int maxK, int maxEvents, int maxExcludedItems, int maxIdLength) {

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
  static final Setting<Integer> MAX_ID_LENGTH =
      Setting.integer(
          "retrieval.max-id-length",
          256,
          1,
          4096,
          "Longest item or user id in characters; longer ones are no ids.");

  static final List<Setting<?>> SETTINGS =
      List.of(DEFAULT_K, MAX_K, MAX_EVENTS, MAX_EXCLUDED_ITEMS, MAX_ID_LENGTH);

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
        values.get(MAX_ID_LENGTH));
  }
}
