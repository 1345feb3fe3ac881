package dev.hstu.retrieval.http;

import dev.hstu.index.filter.FilterRule;
import dev.hstu.retrieval.config.RetrievalSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Reads the `filter` of a request, as [FilterSchema] shows it. Columns, kinds and sets are checked
/// by the compiler, which knows the items; here only shape and bounds. For one filter.
final class FilterRuleReader {

  private static final List<String> KINDS =
      List.of("all", "any", "not", "in", "range", "only", "set");
  private static final List<String> BOUNDS = List.of("gte", "gt", "lte", "lt");

  private final RequestJson json;
  private final RetrievalSettings limits;
  private int rules;
  private int ids;

  /// @param json stands at the filter
  FilterRuleReader(RequestJson json, RetrievalSettings limits) {
    this.json = json;
    this.limits = limits;
  }

  /// Reads the filter and leaves the body at its end.
  FilterRule read() throws IOException {
    json.requireObject();
    String pointer = json.pointer();
    if (++rules > FilterRule.MAX_RULES) {
      throw tooMany(pointer, "the filter has more than %d rules", FilterRule.MAX_RULES);
    }
    if (!json.nextField()) {
      throw new InvalidRequestException(
          ProblemType.MISSING_FIELD,
          pointer,
          "the rule is empty; give one of " + String.join(", ", KINDS));
    }
    FilterRule rule =
        switch (json.fieldName()) {
          case "all" -> new FilterRule.All(rules());
          case "any" -> new FilterRule.Any(rules());
          case "not" -> new FilterRule.Not(read());
          case "in" -> in();
          case "range" -> range();
          case "only" -> new FilterRule.OnlyIds(ids());
          case "set" -> new FilterRule.InSet(json.id(limits.maxIdLength()));
          default -> throw json.unknownField(KINDS);
        };
    requireEnd("is one field too many: a rule has one; combine rules with all");
    return rule;
  }

  private List<FilterRule> rules() throws IOException {
    json.requireList();
    List<FilterRule> read = new ArrayList<>();
    while (json.nextEntry()) {
      read.add(read());
    }
    return read;
  }

  private FilterRule in() throws IOException {
    String column = onlyColumn();
    json.requireList();
    String pointer = json.pointer();
    List<String> values = new ArrayList<>();
    while (json.nextEntry()) {
      if (values.size() == FilterRule.MAX_VALUES) {
        throw tooMany(pointer, "in has more than %d values", FilterRule.MAX_VALUES);
      }
      values.add(json.textOrNumber());
    }
    requireEnd("is one attribute too many: in takes one; combine rules with all");
    return new FilterRule.In(column, values);
  }

  private FilterRule range() throws IOException {
    String column = onlyColumn();
    json.requireObject();
    double min = Double.NEGATIVE_INFINITY;
    double max = Double.POSITIVE_INFINITY;
    boolean minIncluded = true;
    boolean maxIncluded = true;
    while (json.nextField()) {
      String bound = json.fieldName();
      if (!BOUNDS.contains(bound)) {
        throw json.unknownField(BOUNDS);
      }
      boolean lower = bound.startsWith("g");
      if (Double.isFinite(lower ? min : max)) {
        throw json.unknownField("is a second bound on the same side; send one of the two");
      }
      if (lower) {
        min = json.float64();
        minIncluded = bound.equals("gte");
      } else {
        max = json.float64();
        maxIncluded = bound.equals("lte");
      }
    }
    requireEnd("is one attribute too many: range takes one; combine rules with all");
    return new FilterRule.Range(column, min, minIncluded, max, maxIncluded);
  }

  private List<String> ids() throws IOException {
    json.requireList();
    String pointer = json.pointer();
    List<String> listed = new ArrayList<>();
    while (json.nextEntry()) {
      if (++ids > limits.maxFilterIds()) {
        throw new InvalidRequestException(
            ProblemType.TOO_MANY_ENTRIES,
            pointer,
            "the filter lists more than %d ids; register them by PUT /sets/{name}"
                .formatted(limits.maxFilterIds()));
      }
      listed.add(json.id(limits.maxIdLength()));
    }
    return listed;
  }

  /// Steps into an object with one attribute, to its value.
  private String onlyColumn() throws IOException {
    json.requireObject();
    String pointer = json.pointer();
    if (!json.nextField()) {
      throw new InvalidRequestException(
          ProblemType.MISSING_FIELD, pointer, "no attribute is named; name the one that is meant");
    }
    return json.fieldName();
  }

  private void requireEnd(String why) throws IOException {
    if (json.nextField()) {
      throw json.unknownField(why);
    }
  }

  private static InvalidRequestException tooMany(String pointer, String what, int most) {
    return new InvalidRequestException(
        ProblemType.TOO_MANY_ENTRIES, pointer, what.formatted(most) + "; use a named set");
  }
}
