package dev.hstu.retrieval.cli;

import dev.hstu.encoder.training.StepProgress;
import dev.hstu.encoder.training.TrainingListener;
import dev.hstu.encoder.training.TrainingPlan;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A training as its bar: steps, and beside them epoch, loss, users a second and time left.
final class TrainingProgressBar implements TrainingListener, AutoCloseable {

  private final Console console;
  private @Nullable ProgressReporter bar;

  TrainingProgressBar(Console console) {
    this.console = console;
  }

  @Override
  public void onStart(TrainingPlan plan) {
    console.remark(
        String.format(
            Locale.ROOT,
            "%s: %,d users (%,d with too few events skipped), %,d events, %,d steps of %,d users",
            plan.settings().preset(),
            plan.users(),
            plan.skippedUsers(),
            plan.events(),
            plan.steps(),
            plan.settings().batchUsers()));
    if (plan.resumedAtStep() > 0) {
      console.remark(String.format(Locale.ROOT, "goes on after step %,d", plan.resumedAtStep()));
    }
    bar = console.progress("train", plan.steps(), "steps");
  }

  @Override
  public void onStep(StepProgress progress) {
    if (bar != null) {
      bar.at(
          progress.step(),
          String.format(
              Locale.ROOT,
              "epoch %d loss %.4f %,.0f users/s %.0f s left",
              progress.epoch(),
              progress.loss(),
              progress.usersPerSecond(),
              progress.secondsLeft()));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
