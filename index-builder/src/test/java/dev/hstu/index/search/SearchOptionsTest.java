package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// The beam follows k, and every bound says what it is.
final class SearchOptionsTest {

  @Test
  void theBeamIsNeverNarrowerThanK() {
    assertThat(SearchOptions.DEFAULT.beamFor(1)).isEqualTo(SearchOptions.MIN_DEFAULT_BEAM);
    assertThat(SearchOptions.DEFAULT.beamFor(500)).isEqualTo(1_500);
    assertThat(SearchOptions.DEFAULT.beamFor(ItemIndex.MAX_K)).isEqualTo(SearchOptions.MAX_BEAM);
    assertThat(SearchOptions.graph(100).beamFor(10)).isEqualTo(100);
    assertThat(SearchOptions.graph(100).beamFor(500)).isEqualTo(500);
  }

  @Test
  void refusesWhatIsOutOfBounds() {
    assertThatThrownBy(() -> SearchOptions.graph(-1))
        .hasMessage("beam=-1 must be within 1..20000, or 0 to choose it by k");
    assertThatThrownBy(() -> new GraphSettings(1, 100)).hasMessageContaining("maxConnections=1");
    assertThatThrownBy(() -> new GraphSettings(16, 15))
        .hasMessage("beamWidth=15 must be within maxConnections=16..3200");
  }
}
