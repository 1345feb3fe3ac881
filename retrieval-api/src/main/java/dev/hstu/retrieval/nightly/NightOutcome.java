package dev.hstu.retrieval.nightly;

/// How a run of a night ended.
public sealed interface NightOutcome {

  NightReport report();

  /// The generation serves.
  record Published(NightReport report) implements NightOutcome {}

  /// The gate blocks the generation, which stays unpublished; the night is closed, and what served
  /// before goes on serving.
  record Blocked(NightReport report) implements NightOutcome {}

  /// The night is closed, and what served before goes on serving.
  record Failed(NightReport report) implements NightOutcome {}

  /// The run broke off; the next one goes on with the same night.
  record Interrupted(NightReport report, String reason) implements NightOutcome {}
}
