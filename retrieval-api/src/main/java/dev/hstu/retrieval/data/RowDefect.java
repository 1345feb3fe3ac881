package dev.hstu.retrieval.data;

/// Why a row cannot be used.
enum RowDefect {
  FIELD_COUNT("wrong number of fields"),
  QUOTES("broken quotes"),
  LINE_LENGTH("line too long"),
  USER_ID("unusable user id"),
  ITEM_ID("unusable item id"),
  TIME("unusable time"),
  MILLISECONDS("time in milliseconds"),
  ACTION("unusable action"),
  VALUE("unusable value of a series"),
  REPEATED_ITEM("item listed twice");

  private final String reason;

  RowDefect(String reason) {
    this.reason = reason;
  }

  /// The reason under which summaries count it.
  String reason() {
    return reason;
  }
}
