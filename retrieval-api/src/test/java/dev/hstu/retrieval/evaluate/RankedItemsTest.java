package dev.hstu.retrieval.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.filter.FilterRule;
import dev.hstu.index.filter.InvalidFilterException;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import dev.hstu.kernels.tables.IdTable;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Which items a filter leaves to be ranked, against looking at every item.
class RankedItemsTest {

  private static final int ITEMS = 60;

  private final IdTable ids =
      IdTable.ofStrings(IntStream.range(0, ITEMS).mapToObj(i -> "item" + i).toList());

  @Test
  void acceptedAreTheItemsWhoseAttributesSaySo() {
    // By studio1 from 1990 on, or by neither studio1 nor studio2.
    FilterRule rule =
        new FilterRule.Any(
            List.of(
                new FilterRule.All(
                    List.of(
                        new FilterRule.In("studio", List.of("studio1")),
                        new FilterRule.Range("year", 1990, 2100))),
                new FilterRule.Not(new FilterRule.In("studio", List.of("studio1", "studio2")))));
    RankedItems ranked = RankedItems.of(rule, ids, attributes());
    for (int row = 0; row < ITEMS; row++) {
      boolean expected = studio(row) == 1 ? year(row) >= 1990 : studio(row) != 2;
      assertThat(ranked.contains(row + 1)).as("row %d", row).isEqualTo(expected);
    }
  }

  @Test
  void rowsAreThoseOfTheCatalogueAndItemsTheDataLackAreNotRanked() {
    RankedItems ranked =
        RankedItems.of(new FilterRule.OnlyIds(List.of("item3", "item5")), ids, attributes());
    IdTable catalogue = IdTable.ofStrings(List.of("new", "item5", "item4"));
    RowMapping mapping = RowMapping.between(ids, catalogue);
    assertThat(ranked.rows(mapping).toArray()).containsExactly(1);
    assertThat(ranked.otherRows(mapping, 3).toArray()).containsExactly(0, 2);
    assertThat(RankedItems.ALL.otherRows(mapping, 3).isEmpty()).isTrue();
  }

  @Test
  void aColumnThatIsNotThereIsRefused() {
    assertThatThrownBy(
            () -> RankedItems.of(new FilterRule.In("genre", List.of("Drama")), ids, attributes()))
        .isInstanceOf(InvalidFilterException.class)
        .hasMessageContaining("genre");
  }

  private static int studio(int row) {
    return row % 3;
  }

  private static int year(int row) {
    return 1970 + row;
  }

  private static AttributeTable attributes() {
    AttributeTableBuilder builder =
        new AttributeTableBuilder(
            List.of(
                new AttributeColumn("studio", AttributeKind.TEXT),
                new AttributeColumn("year", AttributeKind.NUMBER)));
    for (int row = 0; row < ITEMS; row++) {
      builder.text(0, "studio" + studio(row)).number(1, year(row)).endRow();
    }
    return builder.build();
  }
}
