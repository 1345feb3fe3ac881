package dev.hstu.index.filter;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import dev.hstu.kernels.tables.IdTable;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Catalogues with every kind of attribute, missing ones included, and rules about them; seeded.
/// Two texts have the same hash.
final class RandomItems {

  static final List<AttributeColumn> COLUMNS =
      List.of(
          new AttributeColumn("title", AttributeKind.TEXT),
          new AttributeColumn("genres", AttributeKind.LABELS),
          new AttributeColumn("year", AttributeKind.NUMBER));

  private static final List<String> TITLES = List.of("Aa", "BB", "Heat", "Ran", "été");
  private static final double[] NUMBERS = {
    -0.0, 0.0, 1990, 1995.5, -3, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
  };

  private final SplittableRandom random;

  RandomItems(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /// Items with the ids `firstId..firstId+items-1`.
  Catalog catalog(long firstId, int items) {
    AttributeTableBuilder table = new AttributeTableBuilder(COLUMNS);
    for (int row = 0; row < items; row++) {
      if (random.nextInt(4) > 0) {
        table.text(0, oneOf(TITLES));
      }
      table.labels(1, labels(random.nextInt(4)));
      table.number(2, number());
      table.endRow();
    }
    IdTable ids = IdTable.ofLongs(LongStream.range(firstId, firstId + items).toArray());
    return new Catalog(ids, table.build(), new long[items]);
  }

  /// A rule at most `depth` deep, about these columns, sets and ids up to `ids`.
  FilterRule rule(int depth, List<String> sets, int ids) {
    return switch (random.nextInt(depth > 1 ? 8 : 5)) {
      case 0 -> new FilterRule.In("title", many(4, () -> oneOf(TITLES)));
      case 1 -> new FilterRule.In("genres", labels(random.nextInt(4)));
      case 2 -> range();
      case 3 ->
          sets.isEmpty() || random.nextBoolean()
              ? new FilterRule.In("year", many(3, () -> oneOf(List.of("0", "-0", "1990", "7.5"))))
              : new FilterRule.InSet(oneOf(sets));
      case 4 ->
          new FilterRule.OnlyIds(
              many(2 * ids / 3, () -> Integer.toString(random.nextInt(ids + 9))));
      case 5 -> new FilterRule.Not(rule(depth - 1, sets, ids));
      case 6 -> new FilterRule.All(many(4, () -> rule(depth - 1, sets, ids)));
      default -> new FilterRule.Any(many(4, () -> rule(depth - 1, sets, ids)));
    };
  }

  /// A table of some ids up to `ids`, known or not.
  IdTable someIds(int ids) {
    return IdTable.ofLongs(
        IntStream.range(0, ids + 20).filter(id -> random.nextInt(3) == 0).asLongStream().toArray());
  }

  private FilterRule range() {
    double a = number();
    double b = number();
    return new FilterRule.Range(
        "year",
        Double.isNaN(a) ? Double.NEGATIVE_INFINITY : Double.isNaN(b) ? a : Math.min(a, b),
        random.nextBoolean(),
        Double.isNaN(b) ? Double.POSITIVE_INFINITY : Double.isNaN(a) ? b : Math.max(a, b),
        random.nextBoolean());
  }

  private double number() {
    return random.nextBoolean()
        ? 1980 + random.nextInt(30)
        : NUMBERS[random.nextInt(NUMBERS.length)];
  }

  private List<String> labels(int count) {
    return IntStream.range(0, count).mapToObj(_ -> "g" + random.nextInt(6)).toList();
  }

  private <T> T oneOf(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private <T> List<T> many(int most, Supplier<T> one) {
    List<T> values = new ArrayList<>();
    for (int count = random.nextInt(most + 1); count > 0; count--) {
      values.add(one.get());
    }
    return values;
  }
}
