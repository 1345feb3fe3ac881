package dev.hstu.retrieval.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The suggestion for a misspelt name.
class NearestNameTest {

  @ParameterizedTest
  @CsvSource({"evnts, events", "timestmp, timestamp", "events, events", "time, timestamp"})
  void theNearestBeginsAlikeOrIsTheLeastDistanceAway(String name, String nearest) {
    assertThat(NearestName.of(name, List.of("itemId", "timestamp", "events", "k")))
        .isEqualTo(nearest);
  }
}
