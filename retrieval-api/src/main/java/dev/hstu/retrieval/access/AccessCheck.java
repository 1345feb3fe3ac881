package dev.hstu.retrieval.access;

/// What a caller turned out to be.
public sealed interface AccessCheck {

  /// May go on.
  ///
  /// @param caller the key's id, or [AccessKeys#NO_KEYS] where none are asked for
  record Granted(String caller) implements AccessCheck {}

  /// Showed no key, or none that is known; which of the two isn't told.
  record Unknown() implements AccessCheck {}

  /// Is known and may not.
  ///
  /// @param caller the key's id
  /// @param has its role
  /// @param needs the least role that would do
  record RoleTooLow(String caller, Role has, Role needs) implements AccessCheck {}
}
