package dev.hstu.encoder.compute.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineStatus;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.Precision;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.SeriesColumn;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The engine says what it is, or one reason why it can't run, and refuses to open for that reason.
class CudaEngineProviderTest {

  private final CudaEngineProvider provider = new CudaEngineProvider();
  private final NetworkModel model =
      RandomModels.model(RandomModels.config(9, 5, 1, 4, 2, 3, 2, 2), 1);

  @Test
  void itsStatusIsOneSentenceOnAnyMachine() {
    EngineStatus status = provider.status();
    assertThat(status.engine()).isEqualTo(Engine.CUDA);
    assertThat(status.description())
        .matches(
            "(?s)library .*: .*|no CUDA .*|compute capability .*|the CUDA driver .*|.*bfloat16.*");
  }

  @Test
  void withoutAGpuItIsNotOpenedAndSaysTheSame() {
    EngineStatus status = provider.status();
    assumeFalse(status.available(), "this machine has a GPU");
    assertThatThrownBy(() -> provider.open(model, EngineChoice.of(Engine.CUDA)))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessage("engine cuda: " + status.description());
  }

  @Test
  void float64IsNotForIt() {
    EngineChoice choice = EngineChoice.of(Engine.CUDA).withPrecision(Precision.FLOAT64);
    assertThatThrownBy(() -> provider.open(model, choice))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessage("engine cuda: it has no precision float64; choose bfloat16 or float32");
  }

  @Test
  void aModelThatReadsActionsIsNotForIt() {
    NetworkModel rated =
        RandomModels.model(
            model.config().withFeatures(new ModelFeatures(List.of(), List.of(1f, 2f))), 1);
    assertThatThrownBy(() -> provider.open(rated, EngineChoice.of(Engine.CUDA)))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessage(
            "engine cuda: it has no action embeddings, which this model needs; choose djl or"
                + " reference");
  }

  @Test
  void aModelThatReadsSeriesIsRefusedWithAReason() {
    NetworkModel model =
        RandomModels.model(
            RandomModels.config(4, 3, 2, 4, 1, 2, 2, 1)
                .withFeatures(
                    ModelFeatures.NONE.withSeries(
                        List.of(new SeriesColumn("language", List.of("de"))))),
            1);
    assertThatThrownBy(() -> new CudaEngineProvider().open(model, EngineChoice.of(Engine.CUDA)))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessage(
            "engine cuda: it has no tokens of slow series, which this model reads; choose djl or"
                + " reference");
  }

  @Test
  void aModelOfAnotherArchitectureIsNotForIt() {
    NetworkModel baseline = RandomModels.model(RandomModels.sasRec(7, 5, 2, 6, 3, 4, 2), 1);
    assertThatThrownBy(() -> provider.open(baseline, EngineChoice.of(Engine.CUDA)))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessage(
            "engine cuda: it computes HSTU and this model is SASRec; choose djl or reference");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1, hstu.cuda.lanes=0 must be within 1..16",
    "17, 1, 1, hstu.cuda.lanes=17 must be within 1..16",
    "1, 0, 1, hstu.cuda.batch-tokens=0 must be within 1..4194304",
    "1, 1, 262145, hstu.cuda.batch-users=262145 must be within 1..262144",
  })
  void settingsAreBounded(int lanes, int tokens, int users, String message) {
    assertThatThrownBy(() -> new CudaSettings(lanes, tokens, users))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
