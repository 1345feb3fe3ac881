package dev.hstu.retrieval.config;

import java.util.List;

/// What one question why may cost; `explain.*`.
///
/// @param maxEvents newest events whose contribution is computed
public record ExplainSettings(int maxEvents) {

  static final Setting<Integer> MAX_EVENTS =
      Setting.integer(
          "explain.max-events",
          64,
          1,
          1000,
          "Newest events whose contribution POST /explain computes: each is one more history to"
              + " encode, all in one batch; the answer says how many it left out.");

  static final List<Setting<?>> SETTINGS = List.of(MAX_EVENTS);

  static ExplainSettings from(SettingValues values) {
    return new ExplainSettings(values.get(MAX_EVENTS));
  }
}
