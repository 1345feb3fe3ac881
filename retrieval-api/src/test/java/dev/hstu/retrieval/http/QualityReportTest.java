package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.admission.StepCosts;
import dev.hstu.retrieval.admission.StepParameters;
import dev.hstu.retrieval.retrieve.AnswerQuality;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// An answer that was made cheaper says how and, where its generation was measured so, what that
/// costs.
class QualityReportTest {

  private static final StepCosts MEASURED =
      StepCosts.of(
          Map.of(
              QualityStep.FULL, new StepCosts.Quality(0.51234, 0.99),
              QualityStep.SHORTER_HISTORY, new StepCosts.Quality(0.5, 0.8866),
              QualityStep.STALE_EMBEDDING, new StepCosts.Quality(0.52, 0.9)));

  @Test
  void aFullAnswerSaysNothing() {
    assertThat(QualityReport.of(AnswerQuality.FULL, MEASURED)).isNull();
  }

  @Test
  void aStepSaysItsNameAndItsCosts() {
    assertThat(QualityReport.of(new AnswerQuality(QualityStep.SHORTER_HISTORY, 0), MEASURED))
        .isEqualTo(new QualityReport(2, "shorter-history", null, 0.0123, 0.1034));
    assertThat(QualityReport.of(new AnswerQuality(QualityStep.STALE_EMBEDDING, 17), MEASURED))
        .as("a cost below 0 is told as it was found")
        .isEqualTo(new QualityReport(3, "stale-embedding", 17L, -0.0077, 0.09));
  }

  @Test
  void whatWasMeasuredWithOtherParametersIsNotToldAsTheseAre() {
    StepParameters others = new StepParameters(7, 0.5, 9, 11);
    StepCosts read = StepCosts.read(MEASURED.figures(StepParameters.DEFAULT), others);
    assertThat(QualityReport.of(new AnswerQuality(QualityStep.SHORTER_HISTORY, 0), read))
        .isEqualTo(new QualityReport(2, "shorter-history", null, null, null));
  }
}
