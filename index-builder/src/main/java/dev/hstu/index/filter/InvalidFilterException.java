package dev.hstu.index.filter;

/// A rule that cannot be compiled for a catalogue: out of bounds, or naming a column or set that
/// isn't there. The message says which and what to do.
public final class InvalidFilterException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String pointer;

  InvalidFilterException(String pointer, String message) {
    super(message);
    this.pointer = pointer;
  }

  /// JSON Pointer from the rule to its part at fault, as [FilterRule] describes; empty for the rule
  /// itself.
  public String pointer() {
    return pointer;
  }
}
