package dev.hstu.retrieval.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/// The terminal of one command. Results go to `out`; progress and remarks go to `err`, so that
/// `--json` output can be piped.
public final class Console {

  /// How often a step says where it is when no terminal can show a bar.
  static final long LINE_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final ObjectWriter JSON = new ObjectMapper().writerWithDefaultPrettyPrinter();

  private final PrintStream out;
  private final PrintStream err;
  private final boolean terminal;
  private final boolean json;

  Console(PrintStream out, PrintStream err, boolean terminal, boolean json) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
    this.json = json;
  }

  /// The process's own terminal. Java 25 gives no console again where input or output is piped,
  /// which Java 22 to 24 did.
  @SuppressWarnings("SystemConsoleNull")
  public static Console system(boolean json) {
    return new Console(
        System.out, System.err, System.console() != null && System.console().isTerminal(), json);
  }

  /// Whether the user asked for JSON; tables and sentences are then left out of `out`.
  public boolean json() {
    return json;
  }

  /// A line of the result.
  public void print(String line) {
    out.println(line);
  }

  /// A remark beside the result.
  public void remark(String line) {
    err.println(line);
  }

  public void print(Table table) {
    out.print(table.render());
  }

  /// The result as one JSON document.
  public void printJson(Object value) {
    try {
      out.println(JSON.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("result of " + value.getClass() + " has no JSON form", e);
    }
  }

  /// The result as what was asked for: one JSON document, or a table of its names and values.
  ///
  /// @param document values by name, `snake_case`: numbers, texts and lists of them
  public void printDocument(Map<String, Object> document) {
    if (json) {
      printJson(document);
      return;
    }
    Table table = new Table("", "");
    document.forEach((name, value) -> table.row(name.replace('_', ' '), text(value)));
    print(table);
  }

  private static String text(Object value) {
    return switch (value) {
      case Double number -> String.format(Locale.ROOT, "%.4f", number);
      case Integer number -> String.format(Locale.ROOT, "%,d", number);
      case Long number -> String.format(Locale.ROOT, "%,d", number);
      case List<?> values -> values.stream().map(Console::text).collect(Collectors.joining(", "));
      default -> value.toString();
    };
  }

  /// Begins a long step.
  ///
  /// @param total units in all, or a negative number where nobody knows
  /// @param unit what is counted, e.g. `users`
  public ProgressReporter progress(String step, long total, String unit) {
    return terminal ? new Bar(step, total, unit) : new Lines(step, total, unit);
  }

  private static final class Bar implements ProgressReporter {
    private final ProgressBar bar;

    Bar(String step, long total, String unit) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(step)
              .setInitialMax(total)
              .setUnit(" " + unit, 1)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .showSpeed()
              .build();
    }

    @Override
    public void at(long done) {
      bar.stepTo(done);
    }

    @Override
    public void at(long done, String note) {
      bar.setExtraMessage(note);
      bar.stepTo(done);
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  private final class Lines implements ProgressReporter {
    private final String step;
    private final long total;
    private final String unit;
    private final long startNanos = System.nanoTime();
    private long lastNanos = startNanos;
    private long done;
    private String note = "";
    private boolean closed;

    Lines(String step, long total, String unit) {
      this.step = step;
      this.total = total;
      this.unit = unit;
    }

    @Override
    public void at(long done) {
      at(done, note);
    }

    @Override
    public void at(long done, String note) {
      this.done = done;
      this.note = note;
      long now = System.nanoTime();
      if (now - lastNanos >= LINE_INTERVAL_NANOS) {
        lastNanos = now;
        line(now);
      }
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        line(System.nanoTime());
      }
    }

    private void line(long now) {
      double seconds = Math.max(1e-9, (now - startNanos) / 1e9);
      double rate = done / seconds;
      String left =
          total > 0 && done > 0 && done < total
              ? String.format(Locale.ROOT, ", %.0f s left", (total - done) / rate)
              : "";
      err.printf(
          Locale.ROOT,
          "%s: %,d%s %s in %.1f s (%,.0f/s)%s%s%n",
          step,
          done,
          total >= 0 ? String.format(Locale.ROOT, " of %,d", total) : "",
          unit,
          seconds,
          rate,
          left,
          note.isEmpty() ? "" : "  " + note);
    }
  }
}
