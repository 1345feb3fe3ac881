package dev.hstu.kernels.names;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The distance by known pairs, and its bound.
final class EditDistanceTest {

  @ParameterizedTest
  @CsvSource({"'', '', 0", "a, '', 1", "'', ab, 2", "kitten, sitting, 3", "flaw, lawn, 2"})
  void countsInsertionsDeletionsAndSubstitutions(String a, String b, int distance) {
    assertThat(EditDistance.between(a, b)).isEqualTo(distance);
    assertThat(EditDistance.between(b, a)).isEqualTo(distance);
  }

  @Test
  void looksNoFurtherThanTheBound() {
    String head = "a".repeat(EditDistance.MAX_CHARS);

    assertThat(EditDistance.between(head + "b".repeat(1_000_000), head + "c")).isZero();
    assertThat(EditDistance.between("", head + "b")).isEqualTo(EditDistance.MAX_CHARS);
  }
}
