package dev.hstu.retrieval.cli;

import dev.hstu.encoder.training.StepProgress;
import dev.hstu.encoder.training.TrainingListener;
import dev.hstu.encoder.training.TrainingPlan;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A training as its bar: this run's steps, which also tell the time left, and beside them epoch,
/// loss and users a second. The networks of an ensemble have one after the other.
final class TrainingProgressBar implements TrainingListener, AutoCloseable {

  private final Console console;
  private @Nullable ProgressReporter bar;
  private String network = "";
  private long resumedAtStep;

  TrainingProgressBar(Console console) {
    this.console = console;
  }

  /// Says which network the next training is of, e.g. `member 2 of 4`.
  void begin(String name) {
    close();
    network = name;
  }

  @Override
  public void onStart(TrainingPlan plan) {
    console.remark(
        String.format(
            Locale.ROOT,
            "%s%s: %,d users (%,d with too few events skipped), %,d events, %,d steps of %,d users",
            network.isEmpty() ? "" : network + ", ",
            plan.settings().preset(),
            plan.users(),
            plan.skippedUsers(),
            plan.events(),
            plan.steps(),
            plan.settings().batchUsers()));
    if (plan.resumedAtStep() > 0) {
      console.remark(String.format(Locale.ROOT, "goes on after step %,d", plan.resumedAtStep()));
    }
    resumedAtStep = plan.resumedAtStep();
    bar = console.progress(("train " + network).strip(), plan.steps() - resumedAtStep, "steps");
  }

  @Override
  public void onStep(StepProgress progress) {
    if (bar != null) {
      bar.at(
          progress.step() - resumedAtStep,
          String.format(
              Locale.ROOT,
              "epoch %d loss %.4f %,.0f users/s",
              progress.epoch(),
              progress.loss(),
              progress.usersPerSecond()));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
