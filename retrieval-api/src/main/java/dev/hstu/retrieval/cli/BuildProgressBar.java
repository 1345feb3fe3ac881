package dev.hstu.retrieval.cli;

import dev.hstu.index.BuildListener;
import dev.hstu.index.BuildStep;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A build as its bars, one a step. The evaluation has a bar of its own elsewhere.
final class BuildProgressBar implements BuildListener, AutoCloseable {

  /// The evaluation has a bar of its own, and calibrating counts to one.
  private static final Set<BuildStep> UNSEEN = EnumSet.of(BuildStep.EVALUATE, BuildStep.CALIBRATE);

  private final Console console;
  private @Nullable BuildStep current;
  private @Nullable ProgressReporter bar;

  BuildProgressBar(Console console) {
    this.console = console;
  }

  @Override
  public void at(BuildStep step, long done, long total) {
    if (step != current) {
      close();
      current = step;
      bar = UNSEEN.contains(step) ? null : begin(step, total);
    }
    if (bar != null) {
      bar.at(done);
    }
  }

  private ProgressReporter begin(BuildStep step, long total) {
    return console.progress(step.name().toLowerCase(Locale.ROOT), total, step.unit());
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
