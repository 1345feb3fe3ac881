package dev.hstu.retrieval.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A record comes back from its model's folder as it was, and says only what is known.
class TrainingRecordTest {

  @TempDir private Path model;

  @Test
  void aTrainingOfOursTellsWhatItSaw() throws IOException {
    TrainingRecord record = new TrainingRecord("small", "data", 1, 42L, 9, 10, "last epoch");

    assertThat(stored(record)).isEqualTo(record);
    assertThat(record.knowsHoldOut()).isTrue();
    assertThat(record.sawTargets("data", LeaveOneOut.Target.TEST)).isFalse();
    assertThat(record.sawTargets("data", LeaveOneOut.Target.VALIDATION)).isTrue();
    assertThat(record.sawTargets("other data", LeaveOneOut.Target.VALIDATION)).isFalse();
  }

  @Test
  void aTrainingElsewhereClaimsNothing() throws IOException {
    TrainingRecord record = TrainingRecord.external("data");

    assertThat(stored(record)).isEqualTo(record);
    assertThat(Files.readString(model.resolve(TrainingRecord.FILE)))
        .contains("\"selection\" : \"external\"")
        .doesNotContain("hold_out", "seed", "epoch");
    assertThat(record.knowsHoldOut()).isFalse();
    assertThat(record.sawTargets("data", LeaveOneOut.Target.TEST)).isFalse();
  }

  @Test
  void aTrainingOfOursWithoutHoldOutIsRefused() {
    assertThatThrownBy(() -> new TrainingRecord("small", "data", null, 42L, 9, 10, "last epoch"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hold_out=null");
  }

  private TrainingRecord stored(TrainingRecord record) throws IOException {
    for (Map.Entry<String, byte[]> file : record.companion().entrySet()) {
      Files.write(model.resolve(file.getKey()), file.getValue());
    }
    return TrainingRecord.read(model).orElseThrow();
  }
}
