package dev.hstu.index.filter;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.IdTable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A checked rule without ids as a question to a view, one row at a time: for the rows that follow
/// the base, which are few and change with every view.
final class LaterRows {

  private final ItemView view;
  private final Map<String, NamedSet> sets;
  private final Map<String, AttributeKind> kinds;

  private LaterRows(ItemView view, Map<String, NamedSet> sets) {
    this.view = view;
    this.sets = sets;
    this.kinds =
        view.base().attributes().columns().stream()
            .collect(Collectors.toMap(AttributeColumn::name, AttributeColumn::kind));
  }

  /// Which rows a rule accepts.
  static IntPredicate of(FilterRule rule, ItemView view, Map<String, NamedSet> sets) {
    return new LaterRows(view, sets).predicate(rule);
  }

  private IntPredicate predicate(FilterRule rule) {
    return switch (rule) {
      case FilterRule.All(List<FilterRule> rules) -> {
        List<IntPredicate> parts = rules.stream().map(this::predicate).toList();
        yield row -> parts.stream().allMatch(part -> part.test(row));
      }
      case FilterRule.Any(List<FilterRule> rules) -> {
        List<IntPredicate> parts = rules.stream().map(this::predicate).toList();
        yield row -> parts.stream().anyMatch(part -> part.test(row));
      }
      case FilterRule.Not(FilterRule part) -> predicate(part).negate();
      case FilterRule.In in -> predicate(in);
      case FilterRule.Range range -> row -> range.contains(view.number(range.column(), row));
      case FilterRule.InSet(String name) -> {
        IdTable ids = Objects.requireNonNull(sets.get(name)).ids();
        yield row -> ids.rowOf(view.idAt(row)) != IdTable.NOT_FOUND;
      }
      case FilterRule.OnlyIds _ ->
          throw new IllegalArgumentException("ids are looked up by the compiler");
    };
  }

  private IntPredicate predicate(FilterRule.In in) {
    String column = in.column();
    return switch (Objects.requireNonNull(kinds.get(column))) {
      case TEXT -> {
        Set<String> values = Set.copyOf(in.values());
        yield row -> {
          @Nullable String text = view.text(column, row);
          return text != null && values.contains(text);
        };
      }
      case LABELS -> {
        Set<String> values = Set.copyOf(in.values());
        yield row -> view.labels(column, row).stream().anyMatch(values::contains);
      }
      case NUMBER -> {
        double[] values = in.values().stream().mapToDouble(Double::parseDouble).toArray();
        yield row -> contains(values, view.number(column, row));
      }
    };
  }

  private static boolean contains(double[] values, double number) {
    for (double value : values) {
      if (value == number) {
        return true;
      }
    }
    return false;
  }
}
