package dev.hstu.index.filter;

import dev.hstu.kernels.names.NearNames;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The checks of one rule against the columns and sets there are, done once so that nothing behind
/// them needs any.
final class RuleChecks {

  private final Map<String, AttributeKind> kinds;
  private final Map<String, NamedSet> sets;
  private int rules;
  private int ids;

  private RuleChecks(List<AttributeColumn> columns, Map<String, NamedSet> sets) {
    this.kinds =
        columns.stream().collect(Collectors.toMap(AttributeColumn::name, AttributeColumn::kind));
    this.sets = sets;
  }

  /// @throws InvalidFilterException naming the first part at fault
  static void require(FilterRule rule, List<AttributeColumn> columns, Map<String, NamedSet> sets) {
    new RuleChecks(columns, sets).check(rule, "", 1);
  }

  private void check(FilterRule rule, String pointer, int depth) {
    if (depth > FilterRule.MAX_DEPTH) {
      throw new InvalidFilterException(
          pointer,
          "the filter nests more than %d rules deep; say it flatter"
              .formatted(FilterRule.MAX_DEPTH));
    }
    if (++rules > FilterRule.MAX_RULES) {
      throw new InvalidFilterException(
          pointer,
          "the filter has more than %d rules; put values into one in-list, or ids into a named set"
              .formatted(FilterRule.MAX_RULES));
    }
    switch (rule) {
      case FilterRule.All(List<FilterRule> parts) -> checkEach(parts, pointer + "/all", depth);
      case FilterRule.Any(List<FilterRule> parts) -> checkEach(parts, pointer + "/any", depth);
      case FilterRule.Not(FilterRule part) -> check(part, pointer + "/not", depth + 1);
      case FilterRule.In in -> checkIn(in, pointer + "/in/" + escaped(in.column()));
      case FilterRule.Range range ->
          checkRange(range, pointer + "/range/" + escaped(range.column()));
      case FilterRule.OnlyIds only -> checkIds(only, pointer + "/only");
      case FilterRule.InSet(String name) -> checkSet(name, pointer + "/set");
    }
  }

  private void checkEach(List<FilterRule> parts, String pointer, int depth) {
    for (int i = 0; i < parts.size(); i++) {
      check(parts.get(i), pointer + "/" + i, depth + 1);
    }
  }

  private void checkIn(FilterRule.In in, String pointer) {
    AttributeKind kind = kind(in.column(), pointer);
    if (in.values().size() > FilterRule.MAX_VALUES) {
      throw new InvalidFilterException(
          pointer,
          "%d values of column '%s' are more than %d; name fewer"
              .formatted(in.values().size(), in.column(), FilterRule.MAX_VALUES));
    }
    if (kind == AttributeKind.NUMBER) {
      for (int i = 0; i < in.values().size(); i++) {
        if (!Numbers.isNumber(in.values().get(i))) {
          throw new InvalidFilterException(
              pointer + "/" + i,
              "value '%.40s' of column '%s' must be a number"
                  .formatted(in.values().get(i), in.column()));
        }
      }
    }
  }

  private void checkRange(FilterRule.Range range, String pointer) {
    AttributeKind kind = kind(range.column(), pointer);
    if (kind != AttributeKind.NUMBER) {
      throw new InvalidFilterException(
          pointer,
          "column '%s' holds %s and range takes a NUMBER; use in with a list of values"
              .formatted(range.column(), kind));
    }
    // Written so that NaN, which compares false, is refused too.
    if (!(range.min() <= range.max())) {
      throw new InvalidFilterException(
          pointer,
          "the range %s..%s of column '%s' holds no number; give its lower bound first"
              .formatted(range.min(), range.max(), range.column()));
    }
  }

  private void checkIds(FilterRule.OnlyIds only, String pointer) {
    ids += only.ids().size();
    if (ids > FilterRule.MAX_IDS) {
      throw new InvalidFilterException(
          pointer,
          "the filter lists more than %d ids; register them as a named set"
              .formatted(FilterRule.MAX_IDS));
    }
  }

  private void checkSet(String name, String pointer) {
    if (!sets.containsKey(name)) {
      throw new InvalidFilterException(
          pointer,
          "no set '%.80s' is registered; %s"
              .formatted(
                  name,
                  sets.isEmpty()
                      ? "register it first"
                      : "did you mean %s?".formatted(NearNames.nearest(name, sets.keySet()))));
    }
  }

  private AttributeKind kind(String column, String pointer) {
    AttributeKind kind = kinds.get(column);
    if (kind == null) {
      throw new InvalidFilterException(
          pointer,
          kinds.isEmpty()
              ? "column '%.80s' is unknown: the items have no attributes; import them with some"
                  .formatted(column)
              : "column '%.80s' is unknown; did you mean %s?"
                  .formatted(column, NearNames.nearest(column, kinds.keySet())));
    }
    return kind;
  }

  /// As a segment of a JSON Pointer (RFC 6901).
  static String escaped(String column) {
    return column.replace("~", "~0").replace("/", "~1");
  }
}
