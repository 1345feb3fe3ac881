package dev.hstu.retrieval.titles;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import dev.hstu.kernels.tables.IdTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every word begins a word of the title whatever its case and accents, the most popular first, as
/// reading all titles would find; and memory is bounded.
class TitleSearchTest {

  private static final long MUCH = 1L << 24;

  @ParameterizedTest
  @CsvSource({
    "AMELIE,  'Amélie (2001)'",
    "fab mon, 'Le Fabuleux Destin d’Amélie Monfleur'",
    "schindlers list, 'Schindler''s List'",
    "strasse, 'Straße'",
    "lodz,    'Łódź'",
    "2001 a,  '2001: A Space Odyssey'",
    "ﬁ,       'Finding Nemo'",
  })
  void matchesWhateverCaseAccentsAndSigns(String query, String title) {
    assertThat(TitleWords.match(TitleWords.of(query), title)).isTrue();
  }

  @Test
  void aWordInTheMiddleIsNoBeginning() {
    assertThat(TitleWords.match(TitleWords.of("ory"), "Toy Story")).isFalse();
    assertThat(TitleWords.match(TitleWords.of("toy sto x"), "Toy Story")).isFalse();
    assertThat(TitleWords.of("... '’ --")).isEmpty();
    assertThat(TitleWords.of("w ".repeat(5_000))).hasSize(TitleWords.MAX_WORDS);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void findsWhatReadingAllTitlesFinds(long seed) {
    Random random = new Random(seed);
    Catalog catalog = catalog(random, 500);
    TitleIndex index = TitleIndex.of(catalog, "title", MUCH);
    assertThat(index.titled()).isEqualTo(500);
    for (int i = 0; i < 200; i++) {
      String query = title(random).substring(0, 2 + random.nextInt(6));
      int odd = random.nextInt(3);
      List<Integer> found = new ArrayList<>();
      index.search(TitleWords.of(query), 20, row -> row % 3 != odd, found::add);

      List<Integer> truth =
          IntStream.range(0, catalog.size())
              .filter(row -> row % 3 != odd)
              .filter(row -> TitleWords.match(TitleWords.of(query), titleOf(catalog, row)))
              .boxed()
              .sorted(Comparator.comparingLong((Integer row) -> -catalog.popularity()[row]))
              .limit(20)
              .toList();
      assertThat(found).as(query).isEqualTo(truth);
    }
  }

  @Test
  void memoryEndsWithTheLeastPopular() {
    Catalog catalog = catalog(new Random(9), 5_000);
    TitleIndex index = TitleIndex.of(catalog, "title", 250_000);
    assertThat(index.titled()).isBetween(100, 4_999);
    List<Integer> popular = new ArrayList<>();
    index.search(List.of(), 3, _ -> true, popular::add);
    assertThat(popular.stream().map(row -> catalog.popularity()[row]))
        .containsExactly(4_999L, 4_998L, 4_997L);
  }

  @Test
  void withoutTitlesNothingIsFoundByThem() {
    TitleIndex index = TitleIndex.of(catalog(new Random(1), 10), null, MUCH);
    assertThat(index.titled()).isZero();
    index.search(
        TitleWords.of("a"), 10, _ -> true, row -> assertThat(row).as("found").isNegative());
  }

  @Test
  void theColumnIsNamedSoOrTheFirstText() {
    AttributeColumn year = new AttributeColumn("year", AttributeKind.NUMBER);
    AttributeColumn note = new AttributeColumn("note", AttributeKind.TEXT);
    AttributeColumn title = new AttributeColumn("Title", AttributeKind.TEXT);
    assertThat(TitleSearch.titleColumn(List.of(year, note, title))).contains("Title");
    assertThat(TitleSearch.titleColumn(List.of(year, note))).contains("note");
    assertThat(TitleSearch.titleColumn(List.of(year))).isEmpty();
  }

  private static String titleOf(Catalog catalog, int row) {
    String title = catalog.attributes().text("title", row);
    return title == null ? "" : title;
  }

  private static String title(Random random) {
    List<String> syllables = List.of("ka", "Ré", "mo", "lu", "tî", "na", "so");
    StringBuilder title = new StringBuilder();
    for (int word = 0; word < 3; word++) {
      for (int s = 0; s < 2; s++) {
        title.append(syllables.get(random.nextInt(syllables.size())));
      }
      title.append(' ');
    }
    return title.toString();
  }

  /// Popularity is a permutation, so that the order is one.
  private static Catalog catalog(Random random, int items) {
    AttributeTableBuilder table =
        new AttributeTableBuilder(List.of(new AttributeColumn("title", AttributeKind.TEXT)));
    List<Long> popularity = new ArrayList<>();
    for (int row = 0; row < items; row++) {
      table.text(0, random.nextInt(10) == 0 ? "" : title(random)).endRow();
      popularity.add((long) row);
    }
    Collections.shuffle(popularity, random);
    return new Catalog(
        IdTable.ofLongs(LongStream.range(1, items + 1).toArray()),
        table.build(),
        popularity.stream().mapToLong(Long::longValue).toArray());
  }
}
