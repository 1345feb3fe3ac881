package dev.hstu.retrieval.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.training.TrainingPresets;
import dev.hstu.encoder.training.TrainingSettings;
import dev.hstu.retrieval.admission.StepParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A nightly file is read as written, and refused with file, key, value and mend.
class NightlyConfigurationTest {

  @TempDir private Path folder;

  @Test
  void anEmptyFileIsAllDefaults() throws IOException {
    NightlyConfiguration configuration = read("# nothing\nram: 4g\n");
    assertThat(configuration.folder()).isEqualTo(Path.of("nightly"));
    assertThat(configuration.ramBytes()).isEqualTo(4L << 30);
    assertThat(configuration.diskBytes()).isEqualTo(20L << 30);
    assertThat(configuration.input().items()).isEmpty();
    assertThat(configuration.training().embedOnly()).isFalse();
    assertThat(configuration.training().learningRate()).isEmpty();
  }

  @Test
  void nestingAndDotsMeanTheSame() throws IOException {
    NightlyConfiguration nested =
        read("train:\n  epochs: 7\n  learning-rate: 0.0005\ninput:\n  items: items.csv\n");
    assertThat(nested.training().epochs()).isEqualTo(7);
    assertThat(nested.training().learningRate()).hasValue(0.0005);
    assertThat(nested.input().items()).contains(Path.of("items.csv"));
    assertThat(read("train.epochs: 7\n").training().epochs()).isEqualTo(7);
  }

  @Test
  void declaredNumbersReplaceThePresetsAndOthersStay() throws IOException {
    TrainingSettings recipe = TrainingPresets.named("small", 9);
    assertThat(read("ram: 4g\n").training().over(recipe)).isEqualTo(recipe);
    NightlyTraining declared =
        read("train: {learning-rate: 0.0005, temperature: 0.07, second-target-weight: 0.2}\n")
            .training();
    assertThat(declared.over(recipe))
        .isEqualTo(
            recipe
                .withOptimizer(recipe.optimizer().withLearningRate(0.0005))
                .withModel(recipe.model().withTemperature(0.07))
                .withSecondTargetWeight(0.2));
  }

  @Test
  void stepsOfTheLadderAreMeasuredAsConfigured() throws IOException {
    assertThat(read("ram: 4g\n").steps()).isEqualTo(StepParameters.DEFAULT);
    assertThat(read("ladder:\n  history-events: 20\n  search-beam: 90\n").steps())
        .isEqualTo(new StepParameters(90, 0.8, 20, 300));
  }

  /// What only says where, how fast or how long leaves a night the same.
  @Test
  void budgetsAreNotDecisiveAndRecipesAre() throws IOException {
    assertThat(read("ram: 8g\ndisk: 1g\nkeep.nights: 9\n").decisive())
        .isEqualTo(read("ram: 4g\n").decisive());
    assertThat(read("train.epochs: 6\n").decisive()).isNotEqualTo(read("ram: 4g\n").decisive());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ram: lots | ram=lots (| must be a number followed by m or g, within 512m..65536g",
        "ram: 4 | ram=4 (| must be a number followed by m or g",
        "train.epochs: 0 | train.epochs=0 (| must be within 1..10000",
        "train.mode: retrain | train.mode=retrain (| must be one of continue, embed-only",
        "train.temperature: 0.00 | train.temperature=0.0 (| must be a number above 0 and at most 1",
        "train.second-target-weight: 2 | weight=2 (| must be a number within 0..1 such as 0.2",
        "train.epoch: 3 | train.epoch (| did you mean train.epochs? NIGHTLY.md lists them all",
        "index.beam-width: 8 | index.beam-width=8 | must be at least index.max-connections=16",
        "build.evaluate: maybe | build.evaluate=maybe (| must be true or false",
      })
  void whatCannotBeIsRefusedWithTheMend(String line, String named, String mend) {
    assertThatThrownBy(() -> read(line + "\n"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(named)
        .hasMessageContaining(mend);
  }

  private NightlyConfiguration read(String yaml) throws IOException {
    return NightlyConfiguration.read(Files.writeString(folder.resolve("nightly.yaml"), yaml));
  }
}
