package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Rates worked out by hand.
class LearningRateScheduleTest {

  /// Four steps up by fifths; then over 100 steps (1 + cos(π·progress)) / 2 of the nine tenths.
  @ParameterizedTest
  @CsvSource({"0, 0.2", "3, 0.8", "4, 1", "29, 0.868198", "54, 0.55", "104, 0.1", "200, 0.1"})
  void aStraightLineUpAndHalfACosineDown(long step, double share) {
    LearningRateSchedule schedule = new LearningRateSchedule(4, 0.1);
    assertThat(schedule.shareAt(step, 104)).isCloseTo(share, within(1e-6));
  }

  @Test
  void theConstantRateIsTheFullOneAtEveryStep() {
    assertThat(LearningRateSchedule.CONSTANT.shareAt(0, 10)).isEqualTo(1);
    assertThat(LearningRateSchedule.CONSTANT.shareAt(9, 10)).isEqualTo(1);
    assertThat(LearningRateSchedule.CONSTANT.dependsOnLength()).isFalse();
  }
}
