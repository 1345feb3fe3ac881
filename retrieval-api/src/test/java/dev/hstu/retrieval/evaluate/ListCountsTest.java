package dev.hstu.retrieval.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.kernels.tables.IdTable;
import org.junit.jupiter.api.Test;

/// Coverage, popularity and similarity of two lists over four items, computed by hand.
final class ListCountsTest {

  // Rows 0 and 1 point the same way, row 2 at a right angle to them, row 3 against them.
  private static final ExactScan SCAN =
      new ExactScan(VectorMatrix.copyOf(new float[] {1, 0, 1, 0, 0, 1, -1, 0}, 2));

  @Test
  void figuresOfTwoListsAreThoseComputedByHand() {
    IdTable ids = IdTable.ofLongs(new long[] {1, 2, 3, 4});
    // Item 1 (row 0) has 6 of 9 events and is the head; item 4 has none.
    CataloguePopularity popularity =
        new CataloguePopularity(new long[] {0, 6, 2, 1, 0}, RowMapping.between(ids, ids), 4);
    ListCounts first = new ListCounts(2, popularity);
    ListCounts second = new ListCounts(2, popularity);
    float[][] scratch = new float[2][2];
    // Rows 0 and 1, alike; then rows 2 and 0 (the tie of 0 and 1 goes to 0), at a right angle.
    first.add(search(new float[] {1, 0}), 3, SCAN, scratch);
    second.add(search(new float[] {.1f, 1}), 0, SCAN, scratch);
    first.addAll(second);

    ListQuality quality = first.quality("exact", "exclude=all");

    assertThat(quality.users()).isEqualTo(2);
    assertThat(quality.coverage()).isEqualTo(.75);
    // Counts ascending 0, 1, 1, 2: (−3·0 − 1·1 + 1·1 + 3·2) / (4·4).
    assertThat(quality.gini()).isCloseTo(6.0 / 16, within(1e-12));
    assertThat(quality.popularity()).isEqualTo((6 + 2 + 1 + 6) / 4.0);
    assertThat(quality.targetPopularity()).isEqualTo((0 + 6) / 2.0);
    assertThat(quality.headShare()).isEqualTo(.5);
    assertThat(quality.targetHeadShare()).isEqualTo(.5);
    assertThat(quality.similarity()).isCloseTo((1 + 0) / 2.0, within(1e-7));
  }

  private static Candidates search(float[] user) {
    Candidates found = new Candidates(3);
    SCAN.search(user, 3, ItemFilter.all(), SearchOptions.EXACT, found);
    return found;
  }
}
