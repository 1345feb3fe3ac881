package dev.hstu.retrieval.serving;

/// Whether requests should be sent here now.
public sealed interface Readiness {

  /// A verified and warmed generation serves.
  record Ready(LiveGeneration generation) implements Readiness {}

  /// Nothing can be served yet.
  ///
  /// @param reason one sentence with the mend
  record NotReady(String reason) implements Readiness {}

  /// The process is going away; send requests elsewhere.
  record Stopping() implements Readiness {}
}
