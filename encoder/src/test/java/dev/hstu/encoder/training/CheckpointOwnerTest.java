package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A checkpoint that was written before a setting existed belongs to a training that leaves the
/// setting as it was, and to no other.
class CheckpointOwnerTest {

  private static final Path FILE = Path.of("checkpoint.safetensors");

  @Test
  void aSettingYoungerThanTheCheckpointCountsAsThePublicOne() {
    CheckpointOwner former = before(TinyTraining.settings(), ",\"table\":\"ADAMW\"");
    assertThatCode(() -> owner(TinyTraining.settings()).requireSame(FILE, former))
        .doesNotThrowAnyException();
    TrainingSettings rowWise =
        TinyTraining.settings()
            .withOptimizer(OptimizerSettings.PUBLIC.withTable(TableOptimizer.ROW_WISE_ADAMW));
    assertThatThrownBy(() -> owner(rowWise).requireSame(FILE, former))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("was begun with optimizer=")
        .hasMessageContaining("ADAMW")
        .hasMessageContaining("ROW_WISE_ADAMW");
  }

  static Stream<Arguments> ofTheWholeRecipe() {
    TrainingSettings settings = TinyTraining.settings();
    return Stream.of(
        Arguments.of("ownDropout", settings.withOwnDropout(0.5)),
        Arguments.of("secondTargetWeight", settings.withSecondTargetWeight(0.5)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ofTheWholeRecipe")
  void aSettingOfTheWholeRecipeCountsAsThePublicOneToo(String name, TrainingSettings other) {
    CheckpointOwner former = before(TinyTraining.settings(), ",\"%s\":0.0".formatted(name));
    assertThatCode(() -> owner(TinyTraining.settings()).requireSame(FILE, former))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> owner(other).requireSame(FILE, former))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("was begun with %s=0.0 and this run has 0.5".formatted(name));
  }

  private static CheckpointOwner owner(TrainingSettings settings) {
    return CheckpointOwner.of(settings, TinyTraining.data(1), TrainingStart.ANEW);
  }

  /// The owner as it was written when it didn't name `setting` yet.
  private static CheckpointOwner before(TrainingSettings settings, String setting) {
    CheckpointOwner now = owner(settings);
    String json = now.settings().replace(setting, "");
    if (json.equals(now.settings())) {
      throw new IllegalArgumentException("%s is not in %s".formatted(setting, json));
    }
    return new CheckpointOwner(json, now.dataFingerprint());
  }
}
