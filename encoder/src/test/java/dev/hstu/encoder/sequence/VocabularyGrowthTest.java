package dev.hstu.encoder.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.kernels.tables.IdTable;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Known ids keep their rows whatever the data's order; new ones follow; the log means the same.
class VocabularyGrowthTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void rowsOfKnownIdsStayAndTheLogKeepsItsIds(long seed) {
    Random random = new Random(seed);
    IdTable known = IdTable.ofLongs(distinct(random, random.nextInt(20)));
    IdTable found = IdTable.ofLongs(distinct(random, 1 + random.nextInt(30)));
    VocabularyGrowth growth = VocabularyGrowth.of(known, found);
    for (int row = 0; row < known.size(); row++) {
      assertThat(growth.vocabulary().longAt(row)).isEqualTo(known.longAt(row));
    }
    int[] items = random.ints(50, 1, found.size() + 1).toArray();
    InteractionLog log = new InteractionLog(new long[] {0, 50}, items, new long[50], new float[50]);
    int[] relabelled = growth.relabelled(log).items();
    for (int event = 0; event < items.length; event++) {
      assertThat(growth.vocabulary().longAt(relabelled[event] - 1))
          .isEqualTo(found.longAt(items[event] - 1));
    }
    Set<Long> all = new HashSet<>();
    IntStream.range(0, known.size()).forEach(row -> all.add(known.longAt(row)));
    IntStream.range(0, found.size()).forEach(row -> all.add(found.longAt(row)));
    assertThat(growth.vocabulary().size()).isEqualTo(all.size());
    assertThat(growth.added()).isEqualTo(all.size() - known.size());
  }

  @Test
  void newIdsFollowInTheOrderOfTheData() {
    VocabularyGrowth growth =
        VocabularyGrowth.of(
            IdTable.ofStrings(List.of("b", "a")), IdTable.ofStrings(List.of("z", "a", "c")));
    assertThat(IntStream.range(0, 4).mapToObj(growth.vocabulary()::idAt))
        .containsExactly("b", "a", "z", "c");
    assertThat(growth.rows()).containsExactly(2, 1, 3);
  }

  @Test
  void anotherTypeOfIdsIsRefusedWithTheMend() {
    assertThatThrownBy(
            () ->
                VocabularyGrowth.of(
                    IdTable.ofLongs(new long[] {1}), IdTable.ofStrings(List.of("x"))))
        .hasMessageContaining("the known item ids are int64 and those of the data utf8")
        .hasMessageContaining("--id-type int64");
  }

  private static long[] distinct(Random random, int count) {
    return random.longs(-40, 40).distinct().limit(count).toArray();
  }
}
