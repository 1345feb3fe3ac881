package dev.hstu.retrieval.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  @Test
  void anEnsembleHasSeenWhatAnyMemberHas() throws IOException {
    TrainingRecord first = new TrainingRecord("best", "data", 2, 42L, 9, 10, "last epoch");
    TrainingRecord second = new TrainingRecord("best", "data", 1, 43L, 8, 10, "last epoch");
    TrainingRecord both = TrainingRecord.ofMembers(List.of(first, second));

    assertThat(stored(both)).isEqualTo(both);
    assertThat(both)
        .isEqualTo(new TrainingRecord("best", "data", 1, 42L, null, 10, "last epoch", 2));
    assertThat(both.sawTargets("data", LeaveOneOut.Target.VALIDATION)).isTrue();
    assertThat(both.inWords())
        .isEqualTo(
            "2 members, preset best, seed 42 of the first, epoch of its own each of 10 by last"
                + " epoch, hold-out 1, data data");
    assertThat(TrainingRecord.ofMembers(List.of(both, first)).members()).isEqualTo(3);
  }

  @Test
  void anEnsembleWithAMemberTrainedElsewhereClaimsNothing() {
    TrainingRecord own = new TrainingRecord("best", "data", 2, 42L, 9, 10, "last epoch");
    TrainingRecord both = TrainingRecord.ofMembers(List.of(own, TrainingRecord.external("data")));

    assertThat(both.knowsHoldOut()).isFalse();
    assertThat(both.inWords()).startsWith("2 members, trained elsewhere");
  }

  @Test
  void membersOfDifferentDataAreRefused() {
    TrainingRecord one = TrainingRecord.external("one");
    TrainingRecord two = TrainingRecord.external("two");
    assertThatThrownBy(() -> TrainingRecord.ofMembers(List.of(one, two)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trained on different data, one and two");
  }

  private TrainingRecord stored(TrainingRecord record) throws IOException {
    for (Map.Entry<String, byte[]> file : record.companion().entrySet()) {
      Files.write(model.resolve(file.getKey()), file.getValue());
    }
    return TrainingRecord.read(model).orElseThrow();
  }
}
