package dev.hstu.retrieval.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The popular list against a plain sort.
class PopularItemsTest {

  @ParameterizedTest
  @CsvSource({"1, 0, 5", "2, 1, 1", "3, 10, 10", "4, 1000, 7", "5, 1000, 999", "6, 5000, 64"})
  void theFirstAreThoseOfASortByCountAndThenRow(long seed, int items, int most) {
    Random random = new Random(seed);
    long[] counts = LongStream.range(0, items).map(i -> random.nextInt(50)).toArray();
    IdTable ids = IdTable.ofLongs(LongStream.range(0, items).toArray());

    List<Candidate> first =
        PopularItems.of(counts, most).first(most, ItemFilter.all(), items(ids, counts));

    assertThat(first)
        .extracting(Candidate::itemId)
        .isEqualTo(
            IntStream.range(0, items)
                .boxed()
                .sorted(
                    Comparator.<Integer>comparingLong(row -> -counts[row])
                        .thenComparing(row -> row))
                .limit(most)
                .map(Object::toString)
                .toList());
    assertThat(first)
        .allSatisfy(
            item ->
                assertThat(item.score())
                    .isEqualTo((float) counts[Integer.parseInt(item.itemId())]));
  }

  @Test
  void countsBeyondAnIntStillComeFirst() {
    IdTable ids = IdTable.ofStrings(List.of("few", "more than an int", "as many"));
    long[] counts = {5, 10_000_000_000L, 10_000_000_000L};

    assertThat(PopularItems.of(counts, 3).first(3, ItemFilter.all(), items(ids, counts)))
        .extracting(Candidate::itemId)
        .containsExactly("more than an int", "as many", "few");
  }

  @Test
  void filteredItemsGiveWayToTheNext() {
    IdTable ids = IdTable.ofLongs(new long[] {10, 11, 12, 13});
    long[] counts = {4, 3, 2, 1};

    assertThat(PopularItems.of(counts, 4).first(2, ItemFilter.excluding(0, 2), items(ids, counts)))
        .extracting(Candidate::itemId)
        .containsExactly("11", "13");
  }

  private static ItemView items(IdTable ids, long[] counts) {
    return ItemView.of(new Catalog(ids, AttributeTable.withoutColumns(ids.size()), counts));
  }
}
