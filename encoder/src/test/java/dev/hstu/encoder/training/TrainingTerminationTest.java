package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A training told to end (SIGTERM) in the middle of its steps ends in order, again and again, and
/// loses no step.
class TrainingTerminationTest {

  /// What signal 15 makes of an exit code.
  private static final int TERMINATED = 128 + 15;

  /// Longest time for a step and its checkpoint on a busy machine.
  private static final int PATIENCE_SECONDS = 60;

  /// Reports read before the signal, at most; the process can be a full pipe of them ahead.
  private static final int MOST_STEPS = 40;

  @TempDir private Path folder;

  @Test
  void aTerminatedTrainingEndsInOrderAndIsResumed() throws Exception {
    terminate(2, new SplittableRandom(5));
  }

  @Test
  @Tag("soak")
  void aTrainingTerminatedAgainAndAgainEndsInOrderAndIsResumed() throws Exception {
    for (int round = 0; round < 10; round++) {
      terminate(2, new SplittableRandom(100 + round));
    }
  }

  /// In the second network: the first one is there and stays as it is.
  @Test
  void aTerminatedEnsembleIsResumedInItsMember() throws Exception {
    Path model = folder.resolve("ensemble");
    int within = 7;
    terminateAfter(TrainingProcess.MEMBER_STEPS + within, model, 2);
    assertThat(EnsembleTrainer.memberFolder(model, 1)).isDirectory();
    EnsembleResult resumed = TrainingProcess.trainEnsemble(model, new TrainingListener() {});
    assertThat(resumed.trained()).hasSize(1);
    assertThat(resumed.trained().getFirst().plan().resumedAtStep())
        .isBetween((long) within, TrainingProcess.MEMBER_STEPS - 1L);
    assertThat(resumed.fingerprint())
        .isEqualTo(
            TrainingProcess.trainEnsemble(folder.resolve("whole"), new TrainingListener() {})
                .fingerprint());
  }

  private void terminate(int times, SplittableRandom random) throws Exception {
    Path model = Files.createTempDirectory(folder, "round").resolve("model");
    int read = 0;
    for (int i = 0; i < times; i++) {
      int steps = 1 + random.nextInt(MOST_STEPS);
      terminateAfter(steps, model, 1);
      read += steps;
    }
    TrainingResult resumed = train(model);
    assertThat(resumed.plan().resumedAtStep())
        .isGreaterThanOrEqualTo(read)
        .isLessThan(resumed.plan().steps());
    assertThat(resumed.fingerprint()).isEqualTo(train(model.resolveSibling("whole")).fingerprint());
  }

  private void terminateAfter(int steps, Path model, int networks) throws Exception {
    Path errors = folder.resolve("errors.txt");
    Path fault = folder.resolve("fault.log");
    Process process = TrainingProcess.start(model, networks, errors, fault);
    try (InputStream reports = process.getInputStream()) {
      reports.readNBytes(steps * TrainingProcess.REPORT_BYTES);
      // By its handle, which leaves its output open: it may have to write before it can end.
      assertThat(process.toHandle().destroy()).isTrue();
      reports.transferTo(OutputStream.nullOutputStream());
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(fault).doesNotExist();
    assertThat(process.exitValue()).as(Files.readString(errors)).isEqualTo(TERMINATED);
    assertThat(model).doesNotExist();
  }

  private static TrainingResult train(Path model) throws IOException {
    return Trainer.train(
        TinyTraining.data(1),
        TrainingProcess.settings(),
        TrainingTarget.of(model),
        new TrainingListener() {},
        ModelSelection.LAST_EPOCH);
  }
}
