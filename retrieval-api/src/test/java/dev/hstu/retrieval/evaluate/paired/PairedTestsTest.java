package dev.hstu.retrieval.evaluate.paired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The statistics against figures computed by hand, or by summing whole distributions.
final class PairedTestsTest {

  @ParameterizedTest
  @CsvSource({
    // Half of the outcome seen and all beyond it, twice: 2 · (1/2)/32, 2 · (1/2)/16, …
    "0, 5, 0.03125",
    "5, 0, 0.03125",
    "0, 4, 0.0625",
    // n = 6, fewer = 1: 2 · (1 + 6/2) / 64.
    "1, 5, 0.125",
    "0, 0, 1",
    "7, 7, 1"
  })
  void mcNemarsMidP(int onlyFirst, int onlySecond, double expected) {
    assertThat(new McNemar(onlyFirst, onlySecond).pValue()).isCloseTo(expected, within(1e-12));
  }

  @Test
  void manyDifferingUsersComeToTheNormalDistribution() {
    // z = 200 / √10,000 = 2: two-sided .0455.
    assertThat(new McNemar(4_900, 5_100).pValue()).isCloseTo(.0455, within(2e-4));
    assertThat(new McNemar(400_000, 600_000).pValue()).isZero();
    assertThatThrownBy(() -> new McNemar(-1, 2)).hasMessageContaining("onlyFirst=-1");
  }

  @Test
  void theBootstrapIsSeededAndAgreesWithTheNormalInterval() {
    double[][] differences = new double[100][1];
    for (int u = 0; u < 100; u++) {
      differences[u][0] = u < 60 ? 1 : -1;
    }
    PairedBootstrap one = PairedBootstrap.of(differences, 1_000, 5_000, 42);
    PairedBootstrap again = PairedBootstrap.of(differences, 1_000, 5_000, 42);

    // Mean .02, variance .1 − .0004: ± 1.96 · √(.0996 / 1000) = ± .01956.
    assertThat(one.low(0)).isCloseTo(.02 - .01956, within(.0012)).isEqualTo(again.low(0));
    assertThat(one.high(0)).isCloseTo(.02 + .01956, within(.0012)).isEqualTo(again.high(0));
    assertThat(one.pValue(0)).isCloseTo(.045, within(.015));
  }

  @Test
  void nobodyDiffers() {
    PairedBootstrap none = PairedBootstrap.of(new double[0][], 10, 200, 1);
    assertThat(none.low(0)).isZero();
    assertThat(none.high(0)).isZero();
    assertThat(none.pValue(0)).isOne();
    assertThatThrownBy(() -> PairedBootstrap.of(new double[0][], 10, 7, 1))
        .hasMessageContaining("samples=7 must be within 200..20000");
  }

  @Test
  void holmMultipliesTheSmallestByAllAndKeepsTheOrder() {
    assertThat(Holm.adjusted(new double[] {.04, .01, .03})).containsExactly(.06, .03, .06);
    assertThat(Holm.adjusted(new double[] {.9, .8})).containsExactly(1, 1);
  }

  @Test
  void fewUsersCanShowLargeEffectsOnly() {
    assertThat(DetectableEffect.ofMean(1, 100)).isCloseTo(.28016, within(1e-5));
    assertThat(DetectableEffect.ofHitRate(0, 100)).isEqualTo(.05);
    assertThat(DetectableEffect.ofHitRate(.5, 2)).isOne();
  }
}
