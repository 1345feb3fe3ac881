package dev.hstu.index.filter;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// Why a rule refuses an item: the smallest part of the rule that refuses it by itself, and what
/// the item has in the columns which that part asks for.
///
/// @param pointer JSON Pointer to the part within the rule, empty for the rule itself
/// @param part the part
/// @param negated whether the item is refused because the part accepts it, being within a `not`
/// @param values of the item, by column: a text, a list of labels or a number, as [Optional]s that
///     are empty where it has none
public record RuleRefusal(
    String pointer, FilterRule part, boolean negated, Map<String, Optional<Object>> values) {

  public RuleRefusal {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /// Looks for the part that refuses a row.
  ///
  /// @param rule checked
  /// @return empty where the rule accepts it
  static Optional<RuleRefusal> of(
      FilterRule rule, ItemView items, Map<String, NamedSet> sets, int row) {
    Search search = new Search(items, sets, row);
    if (search.accepts(rule)) {
      return Optional.empty();
    }
    Place place = search.refusing(new Place(rule, "", false));
    return Optional.of(
        new RuleRefusal(place.pointer, place.rule, place.negated, values(place.rule, items, row)));
  }

  /// A part of a rule that is the reason, and whether because it accepts.
  private record Place(FilterRule rule, String pointer, boolean negated) {}

  private record Search(ItemView items, Map<String, NamedSet> sets, int row) {

    /// Asked of the one row, so that no bitmap of the catalogue is made for it.
    boolean accepts(FilterRule rule) {
      return switch (rule) {
        case FilterRule.All(List<FilterRule> parts) -> parts.stream().allMatch(this::accepts);
        case FilterRule.Any(List<FilterRule> parts) -> parts.stream().anyMatch(this::accepts);
        case FilterRule.Not(FilterRule part) -> !accepts(part);
        case FilterRule.OnlyIds(List<String> ids) ->
            ids.stream().anyMatch(id -> items.rowOf(id) == row);
        case FilterRule.In _, FilterRule.Range _, FilterRule.InSet _ ->
            LaterRows.of(rule, items, sets).test(row);
      };
    }

    /// Goes down as long as one part alone is the reason.
    Place refusing(Place place) {
      return switch (place.rule) {
        case FilterRule.Not(FilterRule part) ->
            refusing(new Place(part, place.pointer + "/not", !place.negated));
        case FilterRule.All(List<FilterRule> parts) -> oneOf(place, parts, "/all/", !place.negated);
        case FilterRule.Any(List<FilterRule> parts) -> oneOf(place, parts, "/any/", place.negated);
        case FilterRule.In _, FilterRule.Range _, FilterRule.OnlyIds _, FilterRule.InSet _ -> place;
      };
    }

    /// @param oneSuffices whether one part against the item is enough; else all are, and then they
    ///     are the reason together unless there is only one
    private Place oneOf(Place place, List<FilterRule> parts, String kind, boolean oneSuffices) {
      if (!oneSuffices && parts.size() != 1) {
        return place;
      }
      for (int i = 0; i < parts.size(); i++) {
        if (accepts(parts.get(i)) == place.negated) {
          return refusing(new Place(parts.get(i), place.pointer + kind + i, place.negated));
        }
      }
      return place;
    }
  }

  private static Map<String, Optional<Object>> values(FilterRule rule, ItemView items, int row) {
    TreeSet<String> columns = new TreeSet<>(columns(rule));
    Map<String, Optional<Object>> values = new LinkedHashMap<>();
    for (AttributeColumn column : items.base().attributes().columns()) {
      if (columns.contains(column.name())) {
        values.put(column.name(), value(column.kind(), column.name(), items, row));
      }
    }
    return values;
  }

  private static Optional<Object> value(
      AttributeKind kind, String column, ItemView items, int row) {
    return switch (kind) {
      case TEXT -> Optional.ofNullable(items.text(column, row));
      case LABELS -> Optional.of(items.labels(column, row)).filter(l -> !l.isEmpty()).map(l -> l);
      case NUMBER -> Optional.of(items.number(column, row)).filter(n -> !n.isNaN()).map(n -> n);
    };
  }

  private static List<String> columns(FilterRule rule) {
    return switch (rule) {
      case FilterRule.All(List<FilterRule> parts) -> columns(parts);
      case FilterRule.Any(List<FilterRule> parts) -> columns(parts);
      case FilterRule.Not(FilterRule part) -> columns(part);
      case FilterRule.In in -> List.of(in.column());
      case FilterRule.Range range -> List.of(range.column());
      case FilterRule.OnlyIds _, FilterRule.InSet _ -> List.of();
    };
  }

  private static List<String> columns(List<FilterRule> parts) {
    List<String> columns = new ArrayList<>();
    parts.forEach(part -> columns.addAll(columns(part)));
    return columns;
  }
}
