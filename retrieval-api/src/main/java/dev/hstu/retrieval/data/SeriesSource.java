package dev.hstu.retrieval.data;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where one slow series of users is read from; an entry of an [ImportManifest].
///
/// @param name of the series
/// @param file with one row a user, or one for each change
/// @param user column of the user's id; `#1` for the first of a file without a header
/// @param value column of the value
/// @param time column of the time since when the value holds, or null where it always has
/// @param categorical whether the values are categories; null: unless one of them is a fraction
public record SeriesSource(
    String name,
    Path file,
    String user,
    String value,
    @Nullable String time,
    @Nullable Boolean categorical) {

  /// Whether the columns are named by number, because the file has no header.
  boolean isNumbered() {
    return user.startsWith("#");
  }

  /// Whether it was declared a measurement, which no model reads.
  boolean isNumerical() {
    return categorical != null && !categorical;
  }
}
