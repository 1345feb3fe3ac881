package dev.hstu.retrieval.data;

/// A row that was left out, kept to be shown.
///
/// @param file as named by the user
/// @param place `line 12`, or `row 12` where a file has no lines
/// @param reason under which it is counted
/// @param detail what is wrong, with the offending value
public record BadRow(String file, String place, String reason, String detail) {

  /// One line, as compilers write it: file, place, what is wrong.
  public String describe() {
    return "%s:%s: %s: %s".formatted(file, place, reason, detail);
  }
}
