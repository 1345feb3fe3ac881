package dev.hstu.retrieval.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which column of an interaction file is what; what is not named is found by its usual names.
///
/// | field | usual names |
/// |---|---|
/// | user | `user_id`, `userId`, `user`, `uid` |
/// | item | `item_id`, `itemId`, `item`, `iid`, `movieId`, `movie_id`, `product_id`, and so on |
/// | time | `timestamp`, `time`, `ts`, `unix_timestamp`, `event_time`; `seq` for order only |
/// | action | `rating`, `action`, `event`, `score`, `weight` |
///
/// `#3` names the third column of a file without a header.
///
/// @param user column name, or null to find it
/// @param item column name, or null to find it
/// @param time column name, or null to find it
/// @param action column name, or null to find it
public record ColumnMapping(
    @Nullable String user, @Nullable String item, @Nullable String time, @Nullable String action) {

  /// Every column found by its usual names.
  public static final ColumnMapping DETECTED = new ColumnMapping(null, null, null, null);

  private static final List<String> USERS = List.of("user_id", "userid", "user", "uid");
  private static final List<String> ITEMS =
      List.of(
          "item_id",
          "itemid",
          "item",
          "iid",
          "movieid",
          "movie_id",
          "product_id",
          "parent_asin",
          "asin");
  private static final List<String> TIMES =
      List.of("timestamp", "time", "ts", "unix_timestamp", "event_time");
  private static final List<String> SEQUENCES = List.of("seq", "sequence");
  private static final List<String> ACTIONS =
      List.of("rating", "action", "event", "score", "weight");
  private static final Set<String> FIELDS = Set.of("user", "item", "time", "action");

  /// Reads `user=uid,item=sku,time=ts,action=stars`, any of them in any order.
  ///
  /// @throws UnusableInputException for anything else
  public static ColumnMapping parse(String spec) {
    Map<String, String> named = new TreeMap<>();
    for (String part : spec.split(",", -1)) {
      int equals = part.indexOf('=');
      String field = equals < 0 ? part : part.substring(0, equals).strip();
      if (equals < 0 || !FIELDS.contains(field) || part.substring(equals + 1).isBlank()) {
        throw new UnusableInputException(
            "--columns has '%s'; write user=COLUMN,item=COLUMN,time=COLUMN,action=COLUMN, any of them"
                .formatted(part));
      }
      if (named.put(field, part.substring(equals + 1).strip()) != null) {
        throw new UnusableInputException(
            "--columns names the %s twice; name it once".formatted(field));
      }
    }
    return new ColumnMapping(
        named.get("user"), named.get("item"), named.get("time"), named.get("action"));
  }

  /// Whether columns are named by number, because the file has no header.
  boolean isNumbered() {
    return item != null && item.startsWith("#");
  }

  /// Finds the columns in a file's header.
  ///
  /// @throws UnusableInputException when user or item is not there, or a named column is not
  Resolved resolve(Path file, List<String> header) {
    int time = find(file, header, this.time, TIMES);
    int sequence = this.time == null ? find(file, header, null, SEQUENCES) : Resolved.NONE;
    if (time != Resolved.NONE && SEQUENCES.contains(lower(header.get(time)))) {
      sequence = time;
      time = Resolved.NONE;
    }
    return new Resolved(
        header,
        require("user", file, header, find(file, header, user, USERS)),
        require("item", file, header, find(file, header, item, ITEMS)),
        time,
        sequence,
        find(file, header, action, ACTIONS));
  }

  /// Places of the columns in a header.
  ///
  /// @param header all columns
  /// @param user place
  /// @param item place
  /// @param time place of a column of times, or [#NONE]
  /// @param sequence place of a column that only orders, or [#NONE]
  /// @param action place, or [#NONE]
  record Resolved(List<String> header, int user, int item, int time, int sequence, int action) {
    static final int NONE = -1;
  }

  private static int find(
      Path file, List<String> header, @Nullable String wanted, List<String> usual) {
    if (wanted != null) {
      int place = header.indexOf(wanted);
      if (place < 0) {
        throw new UnusableInputException(
            "'%s' has no column '%s'; its columns are %s"
                .formatted(file, wanted, String.join(", ", header)));
      }
      return place;
    }
    for (String name : usual) {
      for (int place = 0; place < header.size(); place++) {
        if (lower(header.get(place)).equals(name)) {
          return place;
        }
      }
    }
    return Resolved.NONE;
  }

  private static int require(String field, Path file, List<String> header, int place) {
    if (place == Resolved.NONE) {
      throw new UnusableInputException(
          "'%s' has no column known as the %s among %s; say --columns %s=COLUMN"
              .formatted(file, field, String.join(", ", header), field));
    }
    return place;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
