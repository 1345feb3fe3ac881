package dev.hstu.client;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an item must fulfil to be returned.
///
/// ```java Filter.all(Filter.in("genres", "Comedy"), Filter.range("year", 1990.0, 1999.0),
/// Filter.not(Filter.set("blocked")))
/// ```
public sealed interface Filter {

  /// What every rule accepts.
  record All(@JsonValue Map<String, List<Filter>> rule) implements Filter {}

  /// What at least one rule accepts.
  record Any(@JsonValue Map<String, List<Filter>> rule) implements Filter {}

  /// What another rule refuses.
  record Not(@JsonValue Map<String, Filter> rule) implements Filter {}

  /// One attribute and its values, any of which will do.
  record In(@JsonValue Map<String, Map<String, List<Object>>> rule) implements Filter {}

  /// One numeric attribute and its bounds.
  record Range(@JsonValue Map<String, Map<String, Map<String, Double>>> rule) implements Filter {}

  /// The only items that may be returned.
  record Only(@JsonValue Map<String, List<String>> rule) implements Filter {}

  /// A registered set of items.
  record NamedSet(@JsonValue Map<String, String> rule) implements Filter {}

  static Filter all(Filter... rules) {
    return new All(Map.of("all", List.of(rules)));
  }

  static Filter any(Filter... rules) {
    return new Any(Map.of("any", List.of(rules)));
  }

  static Filter not(Filter rule) {
    return new Not(Map.of("not", rule));
  }

  /// @param values texts, labels or numbers
  static Filter in(String attribute, Object... values) {
    return new In(Map.of("in", Map.of(attribute, List.of(values))));
  }

  /// Values from `least` to `most`, both included; null is no bound.
  static Filter range(String attribute, @Nullable Double least, @Nullable Double most) {
    Map<String, Double> bounds = new LinkedHashMap<>();
    if (least != null) {
      bounds.put("gte", least);
    }
    if (most != null) {
      bounds.put("lte", most);
    }
    return new Range(Map.of("range", Map.of(attribute, bounds)));
  }

  static Filter only(Collection<String> itemIds) {
    return new Only(Map.of("only", List.copyOf(itemIds)));
  }

  static Filter set(String name) {
    return new NamedSet(Map.of("set", name));
  }
}
