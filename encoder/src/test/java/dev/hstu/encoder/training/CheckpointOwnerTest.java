package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

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

  @Test
  void aSettingOfTheWholeRecipeCountsAsThePublicOneToo() {
    CheckpointOwner former = before(TinyTraining.settings(), ",\"ownDropout\":0.0");
    assertThatCode(() -> owner(TinyTraining.settings()).requireSame(FILE, former))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () -> owner(TinyTraining.settings().withOwnDropout(0.5)).requireSame(FILE, former))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("was begun with ownDropout=0.0 and this run has 0.5");
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
