package dev.hstu.index.filter;

import java.util.List;

/// Which items may be returned. A value: equal rules accept equal items.
///
/// Each kind has the name it goes by in messages and in the service's JSON; a place in a rule is
/// told as a JSON Pointer made of these names, e.g. `/all/0/range/year`.
///
/// | kind | name | accepts |
/// |---|---|---|
/// | [All] | `all` | what every rule accepts; without rules everything |
/// | [Any] | `any` | what at least one rule accepts; without rules nothing |
/// | [Not] | `not` | what the rule refuses |
/// | [In] | `in` | a TEXT or NUMBER that equals a value, LABELS with at least one of them |
/// | [Range] | `range` | a NUMBER within bounds |
/// | [OnlyIds] | `only` | the items listed |
/// | [InSet] | `set` | the items of a set registered in [NamedSets] |
///
/// A missing text or number equals nothing and is within no bounds, so `not` accepts it.
public sealed interface FilterRule {

  /// The rule that accepts every item.
  FilterRule EVERYTHING = new All(List.of());

  /// Deepest nesting: a rule that needs more can be said flatter.
  int MAX_DEPTH = 8;

  /// Most rules within one, itself included: each takes a pass over a bitmap of the catalogue.
  int MAX_RULES = 128;

  /// Most values of one [In].
  int MAX_VALUES = 1_000;

  /// Most ids of one rule altogether; more belong into a named set.
  int MAX_IDS = 100_000;

  /// The items that every rule accepts.
  record All(List<FilterRule> rules) implements FilterRule {
    public All {
      rules = List.copyOf(rules);
    }
  }

  /// The items that at least one rule accepts.
  record Any(List<FilterRule> rules) implements FilterRule {
    public Any {
      rules = List.copyOf(rules);
    }
  }

  /// The items that a rule refuses.
  record Not(FilterRule rule) implements FilterRule {}

  /// The items with one of these values in a column.
  ///
  /// @param values texts, labels, or decimal numbers, by the column's kind
  record In(String column, List<String> values) implements FilterRule {
    public In {
      values = List.copyOf(values);
    }
  }

  /// The items with a number within bounds.
  ///
  /// @param min perhaps negative infinity
  /// @param max at least `min`, perhaps positive infinity
  record Range(String column, double min, boolean minIncluded, double max, boolean maxIncluded)
      implements FilterRule {

    /// Both bounds included.
    public Range(String column, double min, double max) {
      this(column, min, true, max, true);
    }

    boolean contains(double number) {
      return (minIncluded ? number >= min : number > min)
          && (maxIncluded ? number <= max : number < max);
    }
  }

  /// The items with these ids; unknown ones do nothing.
  record OnlyIds(List<String> ids) implements FilterRule {
    public OnlyIds {
      ids = List.copyOf(ids);
    }
  }

  /// The items of a registered set.
  record InSet(String name) implements FilterRule {}

  /// Whether this or a rule within names a registered set, so that what it accepts depends on
  /// [NamedSets#version] too.
  default boolean namesSet() {
    return switch (this) {
      case All(List<FilterRule> rules) -> rules.stream().anyMatch(FilterRule::namesSet);
      case Any(List<FilterRule> rules) -> rules.stream().anyMatch(FilterRule::namesSet);
      case Not(FilterRule rule) -> rule.namesSet();
      case InSet _ -> true;
      case In _, Range _, OnlyIds _ -> false;
    };
  }

  /// All items but those with these ids.
  static FilterRule exceptIds(List<String> ids) {
    return new Not(new OnlyIds(ids));
  }

  /// All items but those of a registered set.
  static FilterRule notInSet(String name) {
    return new Not(new InSet(name));
  }
}
