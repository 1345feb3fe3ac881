package dev.hstu.index.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A compiled rule accepts what the rule says row by row, in the base and past it, and its
/// shortcuts agree; what can't be compiled is refused with its place and a mend.
final class FilterCompilerTest {

  private static final List<String> SETS = List.of("blocked", "in-stock");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void acceptsWhatTheRuleSaysRowByRow(long seed) throws IOException {
    RandomItems items = new RandomItems(seed);
    int size = seed == 1 ? 0 : (int) (seed * 97);
    Catalog base = items.catalog(0, size);
    // Half the later items supersede earlier ones.
    Catalog later = items.catalog(Math.max(0, size - 20), seed % 2 == 0 ? 0 : 40);
    NamedSets sets = NamedSets.open(folder);
    for (String name : SETS) {
      sets.register(name, items.someIds(size));
    }
    FilterCompiler compiler = FilterCompiler.of(base, sets);
    ItemView view = later.size() == 0 ? ItemView.of(base) : new GrownView(base, later);
    for (int round = 0; round < 150; round++) {
      FilterRule rule = items.rule(4, SETS, size + 20);
      ItemFilter filter = compiler.compile(rule, view);
      assertAccepts(filter, rule, view, sets, round);
    }
  }

  private static void assertAccepts(
      ItemFilter filter, FilterRule rule, ItemView view, NamedSets sets, int round) {
    BitSet accepted = new BitSet();
    for (int row = 0; row < view.rows(); row++) {
      boolean expected = accepts(rule, view, sets, row);
      accepted.set(row, expected);
      // What a dead row gives is the matter of the index, which never returns one.
      if (view.isLive(row)) {
        assertThat(filter.accepts(row)).as("row %d by %s", row, rule).isEqualTo(expected);
      }
    }
    assertThat(filter.maxAccepted(view.rows()))
        .as("bound of %s", rule)
        .isGreaterThanOrEqualTo(
            (int) IntStream.range(0, view.rows()).filter(filter::accepts).count());
    int first = view.rows() / 3;
    int end = view.rows() - view.rows() / 5;
    assertThat(filter.maxAcceptedWithin(first, end))
        .isBetween((int) IntStream.range(first, end).filter(filter::accepts).count(), end - first);
    int row = view.rows() == 0 ? 0 : round * 31 % view.rows();
    int next =
        IntStream.range(row, view.rows()).filter(filter::accepts).findFirst().orElse(view.rows());
    assertThat(filter.nextAccepted(row, view.rows())).isEqualTo(next);
    assertThat(filter.nextAccepted(view.rows(), view.rows())).isEqualTo(view.rows());
  }

  /// The meaning of a rule, said once more and as plainly as possible.
  private static boolean accepts(FilterRule rule, ItemView view, NamedSets sets, int row) {
    return switch (rule) {
      case FilterRule.All(List<FilterRule> parts) ->
          parts.stream().allMatch(part -> accepts(part, view, sets, row));
      case FilterRule.Any(List<FilterRule> parts) ->
          parts.stream().anyMatch(part -> accepts(part, view, sets, row));
      case FilterRule.Not(FilterRule part) -> !accepts(part, view, sets, row);
      case FilterRule.In(String column, List<String> values) ->
          switch (column) {
            case "title" -> values.contains(String.valueOf(view.text(column, row)));
            case "genres" -> !Collections.disjoint(values, view.labels(column, row));
            default ->
                values.stream().anyMatch(v -> Double.parseDouble(v) == view.number(column, row));
          };
      case FilterRule.Range(
              String column,
              double min,
              boolean closed,
              double max,
              boolean ended) -> {
        double number = view.number(column, row);
        yield (number > min || (closed && number == min))
            && (number < max || (ended && number == max));
      }
      case FilterRule.OnlyIds(List<String> ids) -> ids.contains(view.idAt(row));
      case FilterRule.InSet(String name) -> {
        @Nullable NamedSet set = sets.current().get(name);
        yield set != null && set.ids().rowOf(view.idAt(row)) != IdTable.NOT_FOUND;
      }
    };
  }

  @Test
  void boundsAreExact() throws IOException {
    Catalog base = new RandomItems(3).catalog(0, 2_000);
    NamedSets sets = NamedSets.open(folder);
    sets.register("blocked", IdTable.ofLongs(new long[] {1, 2, 3, 99_999}));
    FilterCompiler compiler = FilterCompiler.of(base, sets);
    ItemView view = ItemView.of(base);
    FilterRule year = new FilterRule.Range("year", 1990, 2000);
    int within = compiler.compile(year, view).maxAccepted(2_000);

    assertThat(within)
        .isEqualTo((int) IntStream.range(0, 2_000).filter(r -> inYears(view, r)).count());
    assertThat(compiler.compile(new FilterRule.Not(year), view).maxAccepted(2_000))
        .isEqualTo(2_000 - within);
    assertThat(compiler.compile(FilterRule.notInSet("blocked"), view).maxAccepted(2_000))
        .isEqualTo(1_997);
    List<String> listed = List.of("5", "6", "7", "unknown");
    int listedWithin = (int) IntStream.of(5, 6, 7).filter(r -> inYears(view, r)).count();
    assertThat(bound(compiler, view, year, new FilterRule.OnlyIds(listed))).isEqualTo(listedWithin);
    assertThat(bound(compiler, view, year, FilterRule.exceptIds(listed)))
        .isEqualTo(within - listedWithin);
  }

  private static int bound(FilterCompiler compiler, ItemView view, FilterRule... rules) {
    return compiler.compile(new FilterRule.All(List.of(rules)), view).maxAccepted(view.rows());
  }

  private static boolean inYears(ItemView view, int row) {
    return view.number("year", row) >= 1990 && view.number("year", row) <= 2000;
  }

  @Test
  void aRuleThatComesAgainHasItsBitmapKept() throws IOException {
    Catalog base = new RandomItems(4).catalog(0, 3_000);
    NamedSets sets = NamedSets.open(folder);
    sets.register("in-stock", IdTable.ofLongs(new long[] {1, 2, 3}));
    FilterCompiler compiler = FilterCompiler.of(base, sets);
    ItemView view = ItemView.of(base);
    FilterRule rule = new FilterRule.InSet("in-stock");

    ItemFilter first = compiler.compile(rule, view);
    assertThat(compiler.compile(new FilterRule.InSet("in-stock"), view)).isSameAs(first);

    sets.register("in-stock", IdTable.ofLongs(new long[] {4}));
    assertThat(compiler.compile(rule, view).accepts(4)).isTrue();
    assertThat(compiler.compile(rule, view).accepts(1)).isFalse();
    assertThat(first.accepts(1)).as("a filter keeps what it was compiled with").isTrue();
  }

  @Test
  void everythingIsRecognisedAsNoFilter() {
    Catalog base = new RandomItems(4).catalog(0, 100);
    FilterCompiler compiler = FilterCompiler.of(base, NamedSets.none());

    assertThat(compiler.compile(new FilterRule.All(List.of()), ItemView.of(base)))
        .isSameAs(ItemFilter.all());
    assertThat(
            compiler
                .compile(new FilterRule.Any(List.of()), ItemView.of(base))
                .maxAccepted(base.size()))
        .isZero();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatCannotBeCompiledIsRefused(FilterRule rule, String pointer, String message)
      throws IOException {
    NamedSets sets = NamedSets.open(folder);
    sets.register("blocked", IdTable.ofLongs(new long[] {1}));
    Catalog base = new RandomItems(1).catalog(0, 3);
    FilterCompiler compiler = FilterCompiler.of(base, sets);

    assertThatThrownBy(() -> compiler.compile(rule, ItemView.of(base)))
        .isInstanceOfSatisfying(
            InvalidFilterException.class, e -> assertThat(e.pointer()).isEqualTo(pointer))
        .hasMessage(message);
  }

  private static List<Arguments> refused() {
    FilterRule deep = new FilterRule.All(List.of());
    for (int i = 0; i < FilterRule.MAX_DEPTH; i++) {
      deep = new FilterRule.Not(deep);
    }
    return List.of(
        Arguments.of(
            new FilterRule.In("genre", List.of("g1")),
            "/in/genre",
            "column 'genre' is unknown; did you mean genres?"),
        Arguments.of(
            new FilterRule.All(List.of(new FilterRule.Range("title", 1, 2))),
            "/all/0/range/title",
            "column 'title' holds TEXT and range takes a NUMBER; use in with a list of values"),
        Arguments.of(
            new FilterRule.Any(
                List.of(
                    new FilterRule.All(List.of()),
                    new FilterRule.Not(new FilterRule.Range("year", 2000, 1990)))),
            "/any/1/not/range/year",
            "the range 2000.0..1990.0 of column 'year' holds no number; give its lower bound"
                + " first"),
        Arguments.of(
            new FilterRule.In("year", List.of("1990", "soon")),
            "/in/year/1",
            "value 'soon' of column 'year' must be a number"),
        Arguments.of(
            new FilterRule.InSet("bloked"),
            "/set",
            "no set 'bloked' is registered; did you mean blocked?"),
        Arguments.of(
            new FilterRule.In("title", Collections.nCopies(1_001, "x")),
            "/in/title",
            "1001 values of column 'title' are more than 1000; name fewer"),
        Arguments.of(
            new FilterRule.Any(
                Collections.nCopies(2, new FilterRule.OnlyIds(Collections.nCopies(50_001, "1")))),
            "/any/1/only",
            "the filter lists more than 100000 ids; register them as a named set"),
        Arguments.of(
            new FilterRule.Any(Collections.nCopies(128, new FilterRule.All(List.of()))),
            "/any/127",
            "the filter has more than 128 rules; put values into one in-list, or ids into a named"
                + " set"),
        Arguments.of(
            deep,
            "/not".repeat(FilterRule.MAX_DEPTH),
            "the filter nests more than 8 rules deep; say it flatter"));
  }

  @Test
  void itemsWithoutAttributesSaySo() {
    Catalog bare =
        new Catalog(IdTable.ofLongs(new long[] {1}), AttributeTable.withoutColumns(1), new long[1]);
    FilterCompiler compiler = FilterCompiler.of(bare, NamedSets.none());

    assertThatThrownBy(
            () -> compiler.compile(new FilterRule.In("year", List.of()), ItemView.of(bare)))
        .hasMessage(
            "column 'year' is unknown: the items have no attributes; import them with some");
    assertThatThrownBy(() -> compiler.compile(new FilterRule.InSet("x"), ItemView.of(bare)))
        .hasMessage("no set 'x' is registered; register it first");
  }
}
