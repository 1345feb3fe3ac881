package dev.hstu.retrieval.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The suggestion for a misspelt name.
class NearestNameTest {

  @ParameterizedTest
  @CsvSource({"'', '', 0", "a, '', 1", "'', ab, 2", "kitten, sitting, 3", "flaw, lawn, 2"})
  void distanceCountsInsertionsDeletionsAndSubstitutions(String a, String b, int distance) {
    assertThat(NearestName.editDistance(a, b)).isEqualTo(distance);
    assertThat(NearestName.editDistance(b, a)).isEqualTo(distance);
  }

  @ParameterizedTest
  @CsvSource({"evnts, events", "timestmp, timestamp", "events, events", "time, timestamp"})
  void theNearestBeginsAlikeOrIsTheLeastDistanceAway(String name, String nearest) {
    assertThat(NearestName.of(name, List.of("itemId", "timestamp", "events", "k")))
        .isEqualTo(nearest);
  }
}
