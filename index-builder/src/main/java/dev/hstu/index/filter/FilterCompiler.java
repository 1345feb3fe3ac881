package dev.hstu.index.filter;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.kernels.tables.IdTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.roaringbitmap.RoaringBitmap;

/// Makes rules into filters of the rows of one catalogue and of what followed it.
///
/// What a rule says of attributes and named sets becomes a bitmap over the catalogue's rows, with
/// one bit a row or compressed, whichever serves its density; such bitmaps are cached by rule and
/// set versions, so a rule that comes again costs a lookup. Rows past the catalogue are asked of
/// the view one by one. Listed ids are of one request: they are looked up in the view and combined
/// with the bitmap, not cached. Bounds of filters ([ItemFilter#maxAccepted]) are exact but for
/// `any` with ids inside and for rows past the catalogue.
///
/// Filters are fixed when compiled: a set registered anew later has no effect on them. For any
/// number of threads.
public final class FilterCompiler {

  /// Memory of cached bitmaps: some fifty of ten million rows.
  public static final long MAX_CACHED_BYTES = 64L << 20;

  private final Catalog base;
  private final NamedSets sets;
  private final BaseRows baseRows;
  private final FilterCache cache;

  private FilterCompiler(Catalog base, NamedSets sets) {
    this.base = base;
    this.sets = sets;
    this.baseRows = new BaseRows(base);
    this.cache = new FilterCache(MAX_CACHED_BYTES, base.size() / Byte.SIZE + 1L);
  }

  /// A compiler for one catalogue and the sets as they are whenever a rule is compiled.
  public static FilterCompiler of(Catalog base, NamedSets sets) {
    return new FilterCompiler(base, sets);
  }

  /// Compiles a rule.
  ///
  /// @param view of this catalogue, perhaps with later rows; the filter is good for this view only
  /// @throws InvalidFilterException when the rule is out of bounds, or names a column, value or set
  ///     that can't be
  public ItemFilter compile(FilterRule rule, ItemView view) {
    if (view.base() != base) {
      throw new IllegalArgumentException(
          "the view is of another catalogue; compile with the compiler of its own");
    }
    if (rule.equals(FilterRule.EVERYTHING)) {
      return ItemFilter.all();
    }
    Map<String, NamedSet> current = sets.current();
    RuleChecks.require(rule, base.attributes().columns(), current);
    baseRows.retainSets(current);
    return new Compilation(view, current).filterOf(rule, false);
  }

  /// Why a rule refuses an item.
  ///
  /// @param view as [#compile] takes it
  /// @param row of the view
  /// @return empty where the rule accepts it
  /// @throws InvalidFilterException as [#compile]
  public Optional<RuleRefusal> refusal(FilterRule rule, ItemView view, int row) {
    Map<String, NamedSet> current = sets.current();
    RuleChecks.require(rule, base.attributes().columns(), current);
    return RuleRefusal.of(rule, view, current, row);
  }

  /// Makes the bitmaps of all registered sets, so that no request waits for one.
  public void resolveSets() {
    Map<String, NamedSet> current = sets.current();
    baseRows.retainSets(current);
    current.values().forEach(baseRows::rowsOf);
  }

  /// One rule, one view, one state of the sets.
  private final class Compilation {

    private final ItemView view;
    private final Map<String, NamedSet> current;

    Compilation(ItemView view, Map<String, NamedSet> current) {
      this.view = view;
      this.current = current;
    }

    /// The filter of a rule or of its contrary. Negation is pushed down to where no ids are below,
    /// so that it only meets bitmaps and lists, which know their contrary.
    ItemFilter filterOf(FilterRule rule, boolean negated) {
      if (!listsIds(rule)) {
        return kept(negated ? new FilterRule.Not(rule) : rule);
      }
      return switch (rule) {
        case FilterRule.Not(FilterRule part) -> filterOf(part, !negated);
        case FilterRule.All(List<FilterRule> parts) ->
            negated ? anyOf(parts, true) : allOf(parts, false);
        case FilterRule.Any(List<FilterRule> parts) ->
            negated ? allOf(parts, true) : anyOf(parts, false);
        case FilterRule.OnlyIds(List<String> ids) ->
            negated ? ItemFilter.excluding(rowsOf(ids)) : ItemFilter.only(rowsOf(ids));
        case FilterRule.In _, FilterRule.Range _, FilterRule.InSet _ -> kept(rule);
      };
    }

    /// What every part accepts, or refuses where negated.
    private ItemFilter allOf(List<FilterRule> parts, boolean negated) {
      List<FilterRule> lasting = parts.stream().filter(part -> !listsIds(part)).toList();
      ItemFilter filter =
          lasting.isEmpty()
              ? ItemFilter.all()
              : kept(
                  negated
                      ? new FilterRule.Not(new FilterRule.Any(lasting))
                      : new FilterRule.All(lasting));
      List<RoaringBitmap> only = new ArrayList<>();
      RoaringBitmap except = new RoaringBitmap();
      for (FilterRule part : parts) {
        if (listsIds(part)) {
          FilterRule core = part;
          boolean refused = negated;
          while (core instanceof FilterRule.Not(FilterRule inner)) {
            core = inner;
            refused = !refused;
          }
          if (core instanceof FilterRule.OnlyIds(List<String> ids)) {
            if (refused) {
              except.or(rowsOf(ids));
            } else {
              only.add(rowsOf(ids));
            }
          } else {
            filter = filter.and(filterOf(core, refused));
          }
        }
      }
      ItemFilter remaining = WithoutRows.of(filter, except);
      if (only.isEmpty()) {
        return remaining;
      }
      only.subList(1, only.size()).forEach(only.getFirst()::and);
      return ItemFilter.only(WithoutRows.passing(only.getFirst(), remaining));
    }

    /// What at least one part accepts, or refuses where negated.
    private ItemFilter anyOf(List<FilterRule> parts, boolean negated) {
      List<FilterRule> lasting = parts.stream().filter(part -> !listsIds(part)).toList();
      ItemFilter filter =
          kept(
              negated
                  ? new FilterRule.Not(new FilterRule.All(lasting))
                  : new FilterRule.Any(lasting));
      for (FilterRule part : parts) {
        if (listsIds(part)) {
          ItemFilter other = filterOf(part, negated);
          filter = filter.maxAccepted(view.rows()) == 0 ? other : new EitherFilter(filter, other);
        }
      }
      return filter;
    }

    private RoaringBitmap rowsOf(List<String> ids) {
      RoaringBitmap rows = new RoaringBitmap();
      for (String id : ids) {
        int row = view.rowOf(id);
        if (row != IdTable.NOT_FOUND) {
          rows.add(row);
        }
      }
      return rows;
    }

    /// The filter of a rule without ids: the cached bitmap, and the view for later rows.
    ItemFilter kept(FilterRule rule) {
      FilterCache.Key key = new FilterCache.Key(rule, setVersions(rule).toList());
      ItemFilter filter = cache.get(key, () -> BitmapRows.of(baseRows.accepted(rule, current)));
      return view.rows() == base.size()
          ? filter
          : new BaseThenLater(filter, base.size(), LaterRows.of(rule, view, current));
    }

    private Stream<Long> setVersions(FilterRule rule) {
      return switch (rule) {
        case FilterRule.All(List<FilterRule> parts) -> parts.stream().flatMap(this::setVersions);
        case FilterRule.Any(List<FilterRule> parts) -> parts.stream().flatMap(this::setVersions);
        case FilterRule.Not(FilterRule part) -> setVersions(part);
        case FilterRule.InSet(String name) ->
            Stream.of(Objects.requireNonNull(current.get(name)).version());
        case FilterRule.In _, FilterRule.Range _, FilterRule.OnlyIds _ -> Stream.empty();
      };
    }
  }

  private static boolean listsIds(FilterRule rule) {
    return switch (rule) {
      case FilterRule.All(List<FilterRule> parts) ->
          parts.stream().anyMatch(FilterCompiler::listsIds);
      case FilterRule.Any(List<FilterRule> parts) ->
          parts.stream().anyMatch(FilterCompiler::listsIds);
      case FilterRule.Not(FilterRule part) -> listsIds(part);
      case FilterRule.OnlyIds _ -> true;
      case FilterRule.In _, FilterRule.Range _, FilterRule.InSet _ -> false;
    };
  }
}
