package dev.hstu.index.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PowerLawTest {

  @Test
  void goesThroughBothPointsAndOn() {
    PowerLaw root = PowerLaw.through(100, 10, 10_000, 100);

    assertThat(root.b()).isEqualTo(0.5, within(1e-12));
    assertThat(root.at(100)).isEqualTo(10, within(1e-9));
    assertThat(root.at(1_000_000)).isEqualTo(1_000, within(1e-6));
  }

  @Test
  void whatDoesNotGrowStaysConstant() {
    assertThat(PowerLaw.through(10, 7, 1_000, 7).at(1e9)).isEqualTo(7, within(1e-9));
  }

  @Test
  void pointsWithoutALawAreRefused() {
    assertThatThrownBy(() -> PowerLaw.through(10, 1, 10, 2)).hasMessageContaining("(10.0, 1.0)");
    assertThatThrownBy(() -> PowerLaw.through(10, 0, 20, 2)).hasMessageContaining("(10.0, 0.0)");
  }
}
