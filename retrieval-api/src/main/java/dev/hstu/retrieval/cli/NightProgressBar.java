package dev.hstu.retrieval.cli;

import dev.hstu.retrieval.nightly.FinishedStep;
import dev.hstu.retrieval.nightly.NightJournal;
import dev.hstu.retrieval.nightly.NightListener;
import dev.hstu.retrieval.nightly.NightStep;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A night as its bars, one a step, each with the time left of the whole night beside it.
final class NightProgressBar implements NightListener, AutoCloseable {

  private static final int PERCENT = 100;

  private final Console console;
  private @Nullable ProgressReporter bar;

  NightProgressBar(Console console) {
    this.console = console;
  }

  @Override
  public void onNight(NightJournal journal) {
    double expected =
        journal.plan().expectedSeconds().entrySet().stream()
            .filter(step -> journal.finished(step.getKey()).isEmpty())
            .mapToDouble(step -> step.getValue())
            .sum();
    console.remark(
        String.format(
            Locale.ROOT,
            "night %s: %,d files, %d of %d steps done, about %.1f min left",
            journal.night(),
            journal.plan().sources().size(),
            journal.steps().size(),
            NightStep.values().length,
            expected / 60));
  }

  @Override
  public void onStep(NightStep step) {
    close();
    bar = console.progress(step.label(), PERCENT, "%");
  }

  @Override
  public void at(NightStep step, double share, double secondsLeft, String note) {
    if (bar != null) {
      bar.at(
          (long) (PERCENT * share),
          String.format(Locale.ROOT, "night: %.1f min left  %s", secondsLeft / 60, note));
    }
  }

  @Override
  public void onStepDone(FinishedStep step) {
    close();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
