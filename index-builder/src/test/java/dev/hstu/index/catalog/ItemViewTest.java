package dev.hstu.index.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import dev.hstu.kernels.tables.IdTable;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The view of a catalogue shows its rows as they are, all live and of one version.
final class ItemViewTest {

  private static final List<AttributeColumn> COLUMNS =
      List.of(
          new AttributeColumn("title", AttributeKind.TEXT),
          new AttributeColumn("genres", AttributeKind.LABELS),
          new AttributeColumn("year", AttributeKind.NUMBER));

  private static final Catalog CATALOG =
      new Catalog(
          IdTable.ofLongs(new long[] {10, 20}),
          new AttributeTableBuilder(COLUMNS)
              .text(0, "Heat")
              .labels(1, List.of("Crime", "Drama"))
              .number(2, 1995)
              .endRow()
              .endRow()
              .build(),
          new long[2]);

  private final ItemView view = ItemView.of(CATALOG);

  @Test
  void showsTheRowsOfTheCatalogue() {
    assertThat(view.base()).isSameAs(CATALOG);
    assertThat(view.rows()).isEqualTo(2);
    assertThat(view.rowOf("20")).isEqualTo(1);
    assertThat(view.rowOf("30")).isEqualTo(IdTable.NOT_FOUND);
    assertThat(view.idAt(1)).isEqualTo("20");
    assertThat(view.isLive(1)).isTrue();
    assertThat(view.version()).isZero();
  }

  @Test
  void showsAttributesAndTheirAbsence() {
    assertThat(view.text("title", 0)).isEqualTo("Heat");
    assertThat(view.labels("genres", 0)).containsExactly("Crime", "Drama");
    assertThat(view.number("year", 0)).isEqualTo(1995);
    assertThat(view.text("title", 1)).isNull();
    assertThat(view.labels("genres", 1)).isEmpty();
    assertThat(view.number("year", 1)).isNaN();
  }

  @Test
  void refusesUnknownColumnsAndRows() {
    assertThatThrownBy(() -> view.text("year", 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> view.isLive(2)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
