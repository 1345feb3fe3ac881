package dev.hstu.kernels.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The suggestions for a misspelt name.
final class NearNamesTest {

  private static final List<String> KNOWN = List.of("itemId", "timestamp", "events", "k");

  @ParameterizedTest
  @CsvSource({"evnts, events", "timestmp, timestamp", "events, events", "time, timestamp"})
  void theNearestBeginsAlikeOrIsTheLeastDistanceAway(String name, String nearest) {
    assertThat(NearNames.nearest(name, KNOWN)).isEqualTo(nearest);
    assertThat(NearNames.of(name, KNOWN, 1)).containsExactly(nearest);
  }

  @Test
  void equallyNearOnesComeByTheAlphabet() {
    assertThat(NearNames.of("aa", List.of("ac", "zzz", "ab"), 2)).containsExactly("ab", "ac");
    assertThat(NearNames.of("aa", List.of(), 2)).isEmpty();
  }

  @Test
  void fromNoneThereIsNoNearest() {
    assertThatThrownBy(() -> NearNames.nearest("a", List.of()))
        .hasMessage("known is empty; give at least one name");
  }
}
