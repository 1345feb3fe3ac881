package dev.hstu.kernels.tables;

import org.jspecify.annotations.Nullable;

/// Collects distinct ids in order of arrival, for imports of millions of rows: each `add` answers
/// the id's row, known or new. Nothing is boxed and no id stays as an object. For one thread.
public final class IdTableBuilder {
  private final IdType type;
  private @Nullable Int64Rows longs;
  private @Nullable Utf8Rows strings;

  /// An empty builder for ids of this type.
  public IdTableBuilder(IdType type) {
    this.type = type;
    switch (type) {
      case INT64 -> longs = new Int64Rows();
      case UTF8 -> strings = new Utf8Rows();
    }
  }

  /// The row of an id, a new one when it is unknown.
  ///
  /// @throws IllegalArgumentException when the text is no id of this type
  public int add(String id) {
    if (longs != null) {
      if (!Int64Text.isCanonical(id)) {
        throw new IllegalArgumentException(
            "id '%.80s' is not a 64-bit decimal integer; declare the ids as utf8".formatted(id));
      }
      return longs.findOrAdd(Long.parseLong(id));
    }
    return openStrings().findOrAdd(checkedUtf8(id));
  }

  /// The row of a numeric id, a new one when it is unknown; in a UTF8 table, of its decimal text.
  public int add(long id) {
    return longs != null ? longs.findOrAdd(id) : add(Long.toString(id));
  }

  /// How the ids are declared.
  public IdType type() {
    return type;
  }

  /// The number of distinct ids so far.
  public int size() {
    return longs != null ? longs.size() : openStrings().strings().size();
  }

  /// The table of all ids; the builder is spent afterwards.
  public IdTable build() {
    IdTable table;
    if (longs != null) {
      longs.trim();
      table = new Int64IdTable(longs);
    } else {
      Utf8Rows rows = openStrings();
      rows.trim();
      table = new Utf8IdTable(rows);
    }
    longs = null;
    strings = null;
    return table;
  }

  static void requireNew(int found, int row, String id) {
    if (found != row) {
      throw new IllegalArgumentException(
          "id '%s' stands in rows %d and %d; ids must be distinct".formatted(id, found, row));
    }
  }

  private Utf8Rows openStrings() {
    if (strings == null) {
      throw new IllegalStateException("the table is built already; use a new builder");
    }
    return strings;
  }

  private static byte[] checkedUtf8(String id) {
    byte[] utf8 = Utf8.require(id);
    if (utf8.length == 0 || utf8.length > IdTable.MAX_ID_BYTES) {
      throw new IllegalArgumentException(
          "id '%.40s' has %d bytes, must be within 1..%d"
              .formatted(id, utf8.length, IdTable.MAX_ID_BYTES));
    }
    return utf8;
  }
}
