package dev.hstu.retrieval.cli;

import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.tune.TuningListener;
import org.jspecify.annotations.Nullable;

/// A tuning's progress on the terminal.
final class TuningProgress implements TuningListener, AutoCloseable {

  private final Console console;
  private @Nullable ProgressReporter bar;

  TuningProgress(Console console) {
    this.console = console;
  }

  @Override
  public void measuring(int done, int total, IndexSettings settings, int rows) {
    if (bar == null) {
      bar = console.progress("tune", total, "indexes");
    }
    bar.at(done, "%s, %,d items".formatted(settings.describe(), rows));
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
