package dev.hstu.retrieval.data;

import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdTableBuilder;
import dev.hstu.kernels.tables.IdType;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Gives external ids their rows in order of arrival, and finds out what type they are.
///
/// Ids are INT64 as long as each is the canonical decimal of a 64-bit integer. The first other one
/// turns all of them into UTF8; since they were canonical, their texts are what the file had. `007`
/// therefore stays `007` and never becomes 7.
final class IdColumn {

  private static final int UNSPLIT_BYTES_PER_CHAR = 3;

  private final boolean typeForced;
  private IdTableBuilder ids;
  private @Nullable String firstText;

  /// @param forced the type to hold ids to, or null to find it
  IdColumn(@Nullable IdType forced) {
    typeForced = forced != null;
    ids = new IdTableBuilder(forced == null ? IdType.INT64 : forced);
  }

  /// Why the cell is no id of this column, or null when it is one.
  @Nullable String problem(Cell cell) {
    return switch (cell.kind()) {
      case MISSING -> "it is empty";
      case DECIMAL -> "a decimal number is no id";
      case SECONDS -> "a time is no id";
      case INTEGER -> null;
      case TEXT -> textProblem(cell);
    };
  }

  /// The row of an id that has no [#problem], a new one when it is unknown.
  int row(Cell cell) {
    if (ids.type() == IdType.INT64) {
      if (cell.isCanonicalInteger()) {
        return ids.add(cell.integer());
      }
      widen(cell.text());
    }
    return ids.add(cell.text());
  }

  int size() {
    return ids.size();
  }

  /// The first id that is no 64-bit integer and so made all ids UTF8, or null.
  @Nullable String firstText() {
    return firstText;
  }

  /// The table of all ids; nothing can be added afterwards.
  IdTable build() {
    return ids.build();
  }

  private @Nullable String textProblem(Cell cell) {
    if (cell.isCanonicalInteger()) {
      return null;
    }
    if (typeForced && ids.type() == IdType.INT64) {
      return "it is not a 64-bit decimal integer, which --id-type int64 asks for";
    }
    if (Character.isWhitespace(cell.charAt(0))
        || Character.isWhitespace(cell.charAt(cell.length() - 1))) {
      return "white space stands around it";
    }
    for (int i = 0; i < cell.length(); i++) {
      if (Character.isISOControl(cell.charAt(i))) {
        return "a control character stands in it";
      }
    }
    if (cell.isDamagedText()) {
      return "it is not valid UTF-8";
    }
    return isTooLong(cell) ? "it is longer than " + IdTable.MAX_ID_BYTES + " bytes" : null;
  }

  private static boolean isTooLong(Cell cell) {
    return cell.length() * UNSPLIT_BYTES_PER_CHAR > IdTable.MAX_ID_BYTES
        && cell.text().getBytes(StandardCharsets.UTF_8).length > IdTable.MAX_ID_BYTES;
  }

  private void widen(String cause) {
    firstText = cause;
    IdTable numbers = ids.build();
    ids = new IdTableBuilder(IdType.UTF8);
    for (int row = 0; row < numbers.size(); row++) {
      ids.add(numbers.idAt(row));
    }
  }
}
