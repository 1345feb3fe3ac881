package dev.hstu.retrieval.admission;

/// Whether work is made cheaper under load.
public enum WorkKind {
  /// Answered at the step of the moment: requests of users who wait.
  STEPPED,
  /// Always answered in full: batches, and embeddings that a ranker relies on. Under load it is
  /// refused or waits.
  WHOLE
}
