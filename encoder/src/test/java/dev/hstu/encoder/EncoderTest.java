package dev.hstu.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The engine asked for runs, or its absence is said; nothing else runs in its place.
class EncoderTest {

  private final Model model = RandomModels.model(RandomModels.config(9, 5, 1, 4, 2, 3, 2, 2), 1);

  @Test
  void everyEngineIsListedOnceInOrderWithWhatItIsOrWhyNot() {
    List<EngineStatus> engines = Encoder.engines();
    assertThat(engines)
        .extracting(EngineStatus::engine)
        .containsExactly(Engine.REFERENCE, Engine.DJL, Engine.CUDA);
    assertThat(engines).allSatisfy(status -> assertThat(status.description()).isNotBlank());
    assertThat(engines.getFirst().available()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void theReferenceOpensInEveryPrecision(Precision precision) {
    EngineChoice choice = EngineChoice.of(Engine.REFERENCE).withPrecision(precision);
    try (UserEncoder encoder = Encoder.open(model, choice)) {
      assertThat(encoder.engine()).startsWith("reference").endsWith(precision.id());
      assertThat(encoder.config()).isEqualTo(model.config());
      UserHistory history = new UserHistory(new int[] {3, 9}, new long[] {5, 7}, 9);
      assertThat(encoder.encode(List.of(history))[0]).hasSize(4);
    }
  }

  @Test
  void anEngineThatIsNotThereIsNotReplaced() {
    EngineChoice cudaOnCpu =
        EngineChoice.of(Engine.CUDA).withDevice("cpu"); // refused with a GPU and without
    assertThatThrownBy(() -> Encoder.open(model, cudaOnCpu))
        .isInstanceOfSatisfying(
            EngineUnavailableException.class,
            refusal -> assertThat(refusal.engine()).isEqualTo(Engine.CUDA))
        .hasMessageStartingWith("engine cuda: ");
    EngineChoice onGpu = EngineChoice.of(Engine.REFERENCE).withDevice("gpu0");
    assertThatThrownBy(() -> Encoder.open(model, onGpu))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessage("engine reference: device gpu0 is not for it; choose cpu");
  }

  @Test
  void theUsualChoiceIsThePrecisionAndDeviceTheEngineIsFor() {
    EngineChoice reference = EngineChoice.of(Engine.REFERENCE);
    assertThat(reference.device()).isEqualTo("cpu");
    assertThat(reference.precision()).isEqualTo(Precision.FLOAT32);
    assertThat(reference.threads()).isPositive();
    EngineChoice cuda = EngineChoice.of(Engine.CUDA);
    assertThat(cuda.device()).isEqualTo("gpu0");
    assertThat(cuda.precision()).isEqualTo(Precision.BFLOAT16);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gpu", "GPU0", "gpu-1", "cuda:0"})
  void aDeviceThatIsNoDeviceIsRefused(String device) {
    assertThatThrownBy(() -> EngineChoice.of(Engine.DJL).withDevice(device))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("device '" + device + "'");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 1025})
  void threadsAreBounded(int threads) {
    assertThatThrownBy(() -> EngineChoice.of(Engine.DJL).withThreads(threads))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threads=" + threads + " must be within 1..1024");
  }

  @Test
  void namesComeBackFromTheirIdsAndOthersAreRefused() {
    for (Engine engine : Engine.values()) {
      assertThat(Engine.parse(engine.id())).isEqualTo(engine);
    }
    for (Precision precision : Precision.values()) {
      assertThat(Precision.parse(precision.id())).isEqualTo(precision);
    }
    assertThatThrownBy(() -> Engine.parse("tpu")).hasMessageContaining("engine 'tpu'");
    assertThatThrownBy(() -> Precision.parse("int4")).hasMessageContaining("precision 'int4'");
  }

  @Test
  void bfloat16RoundsToTheNearestAndTiesToEven() {
    double step = 1 / 128.0; // between neighbours from 1 to 2
    assertThat(Precision.BFLOAT16.rounded(1 + step)).isEqualTo(1 + step);
    assertThat(Precision.BFLOAT16.rounded(1 + step / 2)).isEqualTo(1);
    assertThat(Precision.BFLOAT16.rounded(1 + step * 3 / 2)).isEqualTo(1 + 2 * step);
    assertThat(Precision.BFLOAT16.rounded(-1 - step * 0.51)).isEqualTo(-1 - step);
    assertThat(Precision.BFLOAT16.rounded(3.4e38)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(Precision.BFLOAT16.rounded(Double.NaN)).isNaN();
  }
}
