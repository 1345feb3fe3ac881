package dev.hstu.retrieval.data;

import dev.hstu.kernels.tables.AttributeKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Which columns of a catalogue are the id and the attributes.
///
/// @param id column of the id, or null to find it by its usual names
/// @param attributes the columns to keep; empty to keep all but the id, under their own names
public record ItemColumnMapping(@Nullable String id, List<Attribute> attributes) {

  /// The id found by its usual names, every other column kept.
  public static final ItemColumnMapping DETECTED = new ItemColumnMapping(null, List.of());

  private static final List<String> IDS =
      List.of(
          "item_id", "itemid", "movieid", "movie_id", "product_id", "parent_asin", "asin", "id");

  public ItemColumnMapping {
    attributes = List.copyOf(attributes);
  }

  /// One attribute.
  ///
  /// @param name under which it is kept
  /// @param kind what it holds, or null to find out from its values
  /// @param column of the file
  public record Attribute(String name, @Nullable AttributeKind kind, String column) {}

  /// Reads `id=COLUMN,NAME=COLUMN,NAME:KIND=COLUMN`, where KIND is text, labels or number.
  ///
  /// @throws UnusableInputException for anything else
  public static ItemColumnMapping parse(String spec) {
    String id = null;
    List<Attribute> attributes = new ArrayList<>();
    for (String part : spec.split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals < 1 || equals == part.length() - 1) {
        throw refused(part);
      }
      String name = part.substring(0, equals).strip();
      String column = part.substring(equals + 1).strip();
      if (name.equals("id")) {
        id = column;
      } else {
        attributes.add(attribute(part, name, column));
      }
    }
    return new ItemColumnMapping(id, attributes);
  }

  /// Whether columns are named by number, because the file has no header.
  boolean isNumbered() {
    return id != null && id.startsWith("#");
  }

  /// Finds the place of the id in a header.
  int idPlace(Path file, List<String> header) {
    if (id != null) {
      return place(file, header, id);
    }
    for (String usual : IDS) {
      for (int place = 0; place < header.size(); place++) {
        if (header.get(place).toLowerCase(Locale.ROOT).equals(usual)) {
          return place;
        }
      }
    }
    throw new UnusableInputException(
        "'%s' has no column known as the item id among %s; say --item-columns id=COLUMN"
            .formatted(file, String.join(", ", header)));
  }

  /// The attributes to read from a header.
  List<Attribute> attributesOf(Path file, List<String> header) {
    if (!attributes.isEmpty()) {
      attributes.forEach(attribute -> place(file, header, attribute.column()));
      return attributes;
    }
    String idColumn = header.get(idPlace(file, header));
    return header.stream()
        .filter(column -> !column.equals(idColumn) && !column.isBlank())
        .map(column -> new Attribute(column, null, column))
        .toList();
  }

  private static int place(Path file, List<String> header, String column) {
    int place = header.indexOf(column);
    if (place < 0) {
      throw new UnusableInputException(
          "'%s' has no column '%s'; its columns are %s"
              .formatted(file, column, String.join(", ", header)));
    }
    return place;
  }

  private static Attribute attribute(String part, String name, String column) {
    int colon = name.lastIndexOf(':');
    if (colon < 0) {
      return new Attribute(name, null, column);
    }
    for (AttributeKind kind : AttributeKind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(name.substring(colon + 1))) {
        return new Attribute(name.substring(0, colon), kind, column);
      }
    }
    throw refused(part);
  }

  private static UnusableInputException refused(String part) {
    return new UnusableInputException(
        "--item-columns has '%s'; write id=COLUMN,NAME=COLUMN,NAME:KIND=COLUMN with KIND text, labels or number"
            .formatted(part));
  }
}
