package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

/// Every filter's shortcuts agree with asking row by row.
final class ItemFilterTest {

  private static final int ITEMS = 500;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shortcutsAgreeWithAskingRowByRow(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 50; round++) {
      ItemFilter filter = RandomFilters.next(random, ITEMS);
      long accepted = IntStream.range(0, ITEMS).filter(filter::accepts).count();

      assertThat(filter.maxAccepted(ITEMS)).isBetween((int) accepted, ITEMS);
      int row = random.nextInt(ITEMS);
      int end = random.nextInt(row, ITEMS + 1);
      assertThat(filter.nextAccepted(row, end))
          .isEqualTo(IntStream.range(row, end).filter(filter::accepts).findFirst().orElse(end));
      assertThat(filter.nextAccepted(ITEMS, ITEMS)).isEqualTo(ITEMS);
    }
  }

  @Test
  void boundsOfListsAreExact() {
    assertThat(ItemFilter.excluding(3, 1, 3).maxAccepted(10)).isEqualTo(8);
    assertThat(ItemFilter.excluding(99).maxAccepted(10)).isEqualTo(10);
    assertThat(ItemFilter.only(RoaringBitmap.bitmapOf(2, 4, 99)).maxAccepted(10)).isEqualTo(2);
    assertThat(ItemFilter.all().maxAccepted(10)).isEqualTo(10);
  }

  @Test
  void nothingExcludedIsAll() {
    assertThat(ItemFilter.excluding()).isSameAs(ItemFilter.all());
    ItemFilter seen = ItemFilter.excluding(1);
    assertThat(ItemFilter.all().and(seen)).isSameAs(seen);
    assertThat(seen.and(ItemFilter.all())).isSameAs(seen);
  }
}
