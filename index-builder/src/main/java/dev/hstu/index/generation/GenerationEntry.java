package dev.hstu.index.generation;

/// One line of the list of generations.
public sealed interface GenerationEntry {

  /// The generation's id.
  String id();

  /// A generation whose manifest is whole and whose files have the right names and sizes; bytes are
  /// checked when it is opened or published.
  ///
  /// @param state its place in the order of publishing
  record Whole(String id, State state, GenerationManifest manifest) implements GenerationEntry {}

  /// A generation that is refused.
  ///
  /// @param problem one sentence that names the file
  record Damaged(String id, String problem) implements GenerationEntry {}

  /// A build under way, or the rest of a killed one, which the next build removes.
  record Unfinished(String id) implements GenerationEntry {}

  /// Place in the order of publishing.
  enum State {
    /// Served now.
    CURRENT,
    /// Where a rollback goes.
    PREVIOUS,
    /// Neither.
    READY
  }
}
