package dev.hstu.index.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A catalogue follows the order of the vectors, and its parts fit each other.
final class CatalogTest {

  private static final IdTable IDS = IdTable.ofLongs(new long[] {10, 20, 30});

  @Test
  void takesTheOrderOfOtherIds() {
    Catalog catalog = new Catalog(IDS, AttributeTable.withoutColumns(3), new long[] {1, 2, 3});
    Catalog numeric = catalog.alignedTo(IdTable.ofLongs(new long[] {30, 40, 10}));
    Catalog text = catalog.alignedTo(IdTable.ofStrings(List.of("20", "x")));

    assertThat(numeric.popularity()).containsExactly(3, 0, 1);
    assertThat(numeric.attributes().rows()).isEqualTo(3);
    assertThat(text.popularity()).containsExactly(2, 0);
  }

  @Test
  void refusesPartsThatDontFit() {
    AttributeTable attributes = AttributeTable.withoutColumns(3);

    assertThatThrownBy(() -> new Catalog(IDS, attributes, new long[2]))
        .hasMessage(
            "3 ids came with 3 rows of attributes and 2 popularities; give one of each per item");
    assertThatThrownBy(() -> new Catalog(IDS, attributes, new long[] {0, -1, 0}))
        .hasMessage("popularity -1 of item '20' must be at least 0");
  }

  @Test
  void popularityIsReadAsWritten(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("popularity.safetensors");
    PopularityFile.write(file, new long[] {0, Long.MAX_VALUE, 3});

    assertThat(PopularityFile.read(file)).containsExactly(0, Long.MAX_VALUE, 3);
  }
}
