package dev.hstu.index.filter;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.lucene.util.FixedBitSet;

/// Evaluates rules without ids for all rows of a catalogue at once, as bitmaps of one bit a row.
/// Keeps the bitmap of each named set it was asked for: "with the reader", as long as the set has
/// the same version. For any number of threads.
final class BaseRows {

  private final Catalog base;
  private final Map<String, AttributeKind> kinds;
  private final AttributeRows attributes;
  private final Map<String, SetRows> setRows = new ConcurrentHashMap<>();

  BaseRows(Catalog base) {
    this.base = base;
    this.kinds =
        base.attributes().columns().stream()
            .collect(Collectors.toMap(AttributeColumn::name, AttributeColumn::kind));
    this.attributes = new AttributeRows(base.attributes());
  }

  /// The rows that a checked rule accepts, the caller's own.
  FixedBitSet accepted(FilterRule rule, Map<String, NamedSet> sets) {
    return switch (rule) {
      case FilterRule.All(List<FilterRule> rules) -> {
        FixedBitSet rows = flipped(none());
        rules.forEach(part -> rows.and(accepted(part, sets)));
        yield rows;
      }
      case FilterRule.Any(List<FilterRule> rules) -> {
        FixedBitSet rows = none();
        rules.forEach(part -> rows.or(accepted(part, sets)));
        yield rows;
      }
      case FilterRule.Not(FilterRule part) -> flipped(accepted(part, sets));
      case FilterRule.In in -> acceptedIn(in);
      case FilterRule.Range range -> {
        FixedBitSet rows = none();
        attributes.addRange(rows, range);
        yield rows;
      }
      case FilterRule.InSet(String name) -> rowsOf(Objects.requireNonNull(sets.get(name))).clone();
      case FilterRule.OnlyIds _ ->
          throw new IllegalArgumentException("ids are of one request and not kept as a bitmap");
    };
  }

  /// Forgets the bitmaps of sets that are no longer registered.
  void retainSets(Map<String, NamedSet> sets) {
    setRows.values().removeIf(kept -> sets.get(kept.set().name()) != kept.set());
  }

  private FixedBitSet acceptedIn(FilterRule.In in) {
    FixedBitSet rows = none();
    switch (kinds.get(in.column())) {
      case TEXT -> attributes.addTexts(rows, in.column(), in.values());
      case LABELS -> attributes.addLabels(rows, in.column(), in.values());
      case NUMBER -> attributes.addNumbers(rows, in.column(), in.values());
      case null -> throw new IllegalArgumentException("column " + in.column() + " is unchecked");
    }
    return rows;
  }

  /// The rows of a set, kept; not to be changed.
  FixedBitSet rowsOf(NamedSet set) {
    return setRows
        .compute(
            set.name(),
            (name, kept) ->
                kept != null && kept.set() == set ? kept : new SetRows(set, resolve(set.ids())))
        .rows();
  }

  private FixedBitSet resolve(IdTable ids) {
    FixedBitSet rows = none();
    boolean longs = ids.type() == IdType.INT64;
    for (int i = 0; i < ids.size(); i++) {
      int row = longs ? base.ids().rowOf(ids.longAt(i)) : base.ids().rowOf(ids.idAt(i));
      if (row != IdTable.NOT_FOUND) {
        rows.set(row);
      }
    }
    return rows;
  }

  private static FixedBitSet flipped(FixedBitSet rows) {
    if (rows.length() > 0) {
      rows.flip(0, rows.length());
    }
    return rows;
  }

  private FixedBitSet none() {
    return new FixedBitSet(base.size());
  }

  /// A set's rows here; not to be changed.
  private record SetRows(NamedSet set, FixedBitSet rows) {}
}
