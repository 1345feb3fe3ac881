package dev.hstu.kernels.tables;

/// A column of an [AttributeTable].
///
/// @param name as users and filters write it: 1 to [#MAX_NAME_CHARS] chars, not blank
/// @param kind what each row holds
public record AttributeColumn(String name, AttributeKind kind) {
  /// Longest column name: a heading, not a text.
  public static final int MAX_NAME_CHARS = 128;

  /// Checks the name.
  public AttributeColumn {
    if (name.isBlank() || name.length() > MAX_NAME_CHARS || Utf8.encode(name) == null) {
      throw new IllegalArgumentException(
          "column name '%.40s' must have 1..%d chars of well-formed Unicode, not all blank"
              .formatted(name, MAX_NAME_CHARS));
    }
  }
}
