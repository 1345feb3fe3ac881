package dev.hstu.index.filter;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.kernels.tables.AttributeColumn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Why a rule refuses an item: the smallest part of the rule that refuses it by itself, and what
/// the item has in the columns which that part asks for.
///
/// @param pointer JSON Pointer to the part within the rule, empty for the rule itself
/// @param part the part
/// @param negated whether the item is refused because the part accepts it, being within a `not`
/// @param values of the item by column, as texts: of a TEXT or NUMBER column one or none, of LABELS
///     all
public record RuleRefusal(
    String pointer, FilterRule part, boolean negated, Map<String, List<String>> values) {

  /// Values of a list that a sentence names.
  private static final int MAX_SHOWN = 5;

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
  private record Place(FilterRule rule, String pointer, boolean negated) {

    Place below(String name) {
      return new Place(rule, pointer + name, negated);
    }
  }

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
        case FilterRule.In in -> place.below("/in/" + RuleChecks.escaped(in.column()));
        case FilterRule.Range range -> place.below("/range/" + RuleChecks.escaped(range.column()));
        case FilterRule.OnlyIds _ -> place.below("/only");
        case FilterRule.InSet _ -> place.below("/set");
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

  private static Map<String, List<String>> values(FilterRule rule, ItemView items, int row) {
    Set<String> asked = Set.copyOf(columns(rule));
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (AttributeColumn column : items.base().attributes().columns()) {
      if (asked.contains(column.name())) {
        values.put(column.name(), values(column, items, row));
      }
    }
    return values;
  }

  private static List<String> values(AttributeColumn column, ItemView items, int row) {
    return switch (column.kind()) {
      case TEXT -> Stream.ofNullable(items.text(column.name(), row)).toList();
      case LABELS -> items.labels(column.name(), row);
      case NUMBER -> {
        double number = items.number(column.name(), row);
        yield Double.isNaN(number) ? List.of() : List.of(Numbers.text(number));
      }
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

  /// In one sentence: what the part wants and what the item has.
  public String describe() {
    String wish =
        switch (part) {
          case FilterRule.In in ->
              "%s must %sbe one of %s"
                  .formatted(in.column(), negated ? "not " : "", shown(in.values()));
          case FilterRule.Range range ->
              "%s must %sbe %s".formatted(range.column(), negated ? "not " : "", bounds(range));
          case FilterRule.OnlyIds(List<String> ids) ->
              "the item must %sbe one of the %d listed"
                  .formatted(negated ? "not " : "", ids.size());
          case FilterRule.InSet(String name) ->
              "the item must %sbe in set '%s'".formatted(negated ? "not " : "", name);
          case FilterRule.All _ ->
              "not all of the %d rules may accept it, and all do".formatted(size());
          case FilterRule.Any _ ->
              "one of the %d rules must accept it, and none does".formatted(size());
          case FilterRule.Not _ -> "the rule must not accept it";
        };
    String has =
        values.entrySet().stream()
            .map(
                e ->
                    "%s=%s"
                        .formatted(
                            e.getKey(), e.getValue().isEmpty() ? "none" : shown(e.getValue())))
            .collect(Collectors.joining(", "));
    return has.isEmpty() ? wish : "%s; the item has %s".formatted(wish, has);
  }

  private int size() {
    return switch (part) {
      case FilterRule.All(List<FilterRule> parts) -> parts.size();
      case FilterRule.Any(List<FilterRule> parts) -> parts.size();
      case FilterRule.Not _,
          FilterRule.In _,
          FilterRule.Range _,
          FilterRule.OnlyIds _,
          FilterRule.InSet _ ->
          1;
    };
  }

  private static String shown(List<String> values) {
    String first = values.stream().limit(MAX_SHOWN).collect(Collectors.joining(", "));
    return values.size() > MAX_SHOWN
        ? "[%s and %d more]".formatted(first, values.size() - MAX_SHOWN)
        : "[%s]".formatted(first);
  }

  private static String bounds(FilterRule.Range range) {
    return "%s%s..%s%s"
        .formatted(
            range.minIncluded() ? "within " : "above ",
            Numbers.text(range.min()),
            range.maxIncluded() ? "" : "below ",
            Numbers.text(range.max()));
  }
}
