package dev.hstu.retrieval.cli;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.kernels.tables.IdType;
import dev.hstu.retrieval.data.ColumnMapping;
import dev.hstu.retrieval.data.EventSummary;
import dev.hstu.retrieval.data.FileFormat;
import dev.hstu.retrieval.data.ImportListener;
import dev.hstu.retrieval.data.ImportManifest;
import dev.hstu.retrieval.data.ImportOutcome;
import dev.hstu.retrieval.data.ImportRequest;
import dev.hstu.retrieval.data.InteractionImport;
import dev.hstu.retrieval.data.ItemColumnMapping;
import dev.hstu.retrieval.data.ReadSummary;
import dev.hstu.retrieval.data.ReadingRules;
import dev.hstu.retrieval.data.TimeScale;
import dev.hstu.retrieval.data.UnusableInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hstu import`: interaction files and a catalogue in, a prepared-data folder out.
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Turns interaction files into prepared data: a folder that train, evaluate and build read.",
      "Reads GroupLens ratings.dat, u.data and ratings.csv, any CSV with a header, and Parquet;",
      "gzip by its first bytes. The format is found out from the content.",
      "Example: hstu import --interactions ratings.csv --items movies.csv --out data"
    })
public final class ImportCommand implements Callable<Integer> {

  @Option(
      names = "--interactions",
      arity = "1..*",
      paramLabel = "FILE",
      description = "One or more log files, in the order of their events; or the manifest's.")
  private List<Path> interactions = List.of();

  @Option(
      names = "--items",
      paramLabel = "FILE",
      description = "Catalogue; all of its items are kept, rated or not.")
  private @Nullable Path items;

  @Option(
      names = "--manifest",
      paramLabel = "FILE",
      description = {
        "YAML that declares the unified features: main.interactions, main.items, and slow series"
            + " of",
        "the users as series.NAME.file, .user, .value, .time (columns) and .kind (categorical or",
        "numerical, which is dropped). Paths are relative to it; --interactions and --items win."
      })
  private @Nullable Path manifest;

  @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Folder to make.")
  private Path out = Path.of("data");

  @Option(
      names = "--format",
      description = "grouplens-dat, grouplens-tabs, csv or parquet. Default: found out.")
  private @Nullable String format;

  @Option(
      names = "--columns",
      paramLabel = "user=COL,...",
      description = {
        "Columns of user, item, time and action, e.g. user=uid,item=sku,time=ts,action=stars;",
        "#1, #2 where a file has no header. Default: found by their usual names."
      })
  private @Nullable String columns;

  @Option(
      names = "--item-columns",
      paramLabel = "id=COL,...",
      description = {
        "Id and attributes of the catalogue, e.g. id=sku,title=name,genres:labels=tags with kinds",
        "text, labels (split by |) and number. Default: all columns, kinds found out."
      })
  private @Nullable String itemColumns;

  @Option(
      names = "--clock",
      description = {
        "wall, or sequence(step=60) for data with order only: the time is 60 times the column seq,",
        "or the event's place in the order of times or of the file. Default: found out."
      })
  private @Nullable String clock;

  @Option(
      names = "--time-unit",
      defaultValue = "s",
      description = "s or ms, of times that are numbers. Default: ${DEFAULT-VALUE}.")
  private String timeUnit = "s";

  @Option(
      names = "--id-type",
      description = {
        "int64 or utf8, of item ids. Default: int64 if every id is the canonical decimal of a"
            + " 64-bit",
        "integer, else utf8. With int64, rows with other ids are bad rows."
      })
  private @Nullable IdType idType;

  @Option(
      names = "--action-values",
      split = ",",
      paramLabel = "WORD=NUMBER",
      description = "Values of actions that are words, e.g. click=1,buy=5.")
  private Map<String, Float> actionValues = Map.of();

  @Option(
      names = "--max-bad-share",
      defaultValue = "0.01",
      description = {
        "Stop, writing nothing, when a larger share of the rows cannot be used.",
        "Default: ${DEFAULT-VALUE}."
      })
  private double maxBadShare;

  @Option(names = "--drop-repeats", description = "Keep only a user's first event with an item.")
  private boolean dropRepeats;

  @Option(
      names = "--until",
      paramLabel = "INSTANT",
      converter = InstantConverter.class,
      description = {
        "Leave out events from this instant on (seconds, 2024-10-01 or 2024-10-01T12:30:00Z), to"
            + " train",
        "a model for `hstu evaluate --split-time` of the same instant. Give --items too, so that"
            + " the",
        "model knows the whole catalogue."
      })
  private @Nullable Long until;

  @Option(names = "--overwrite", description = "Replace an existing folder.")
  private boolean overwrite;

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    try (Progress progress = new Progress(console)) {
      return report(console, InteractionImport.run(request(), progress));
    } catch (UnusableInputException e) {
      throw new UserError(e.getMessage(), e);
    } catch (OutOfMemoryError e) {
      throw new UserError(
          "the heap of %,d MiB is too small for these files, which need about 36 bytes a row and the ids; raise it with HSTU_JAVA_OPTS=-Xmx4g"
              .formatted(Runtime.getRuntime().maxMemory() >> 20),
          e);
    }
  }

  private ImportRequest request() {
    ReadingRules rules =
        new ReadingRules(
            format == null ? null : FileFormat.parse(format),
            columns == null ? ColumnMapping.DETECTED : ColumnMapping.parse(columns),
            itemColumns == null ? ItemColumnMapping.DETECTED : ItemColumnMapping.parse(itemColumns),
            clock == null ? null : Clock.parse(clock),
            TimeScale.parse(timeUnit),
            idType,
            actionValues);
    ImportManifest declared =
        manifest == null
            ? new ImportManifest(null, null, List.of())
            : ImportManifest.read(manifest);
    return new ImportRequest(
        interactions.isEmpty() && declared.interactions() != null
            ? List.of(declared.interactions())
            : interactions,
        items == null ? declared.items() : items,
        out,
        rules,
        maxBadShare,
        dropRepeats,
        overwrite,
        until == null ? ImportRequest.NO_END : until,
        declared.series());
  }

  private int report(Console console, ImportOutcome outcome) {
    if (json) {
      console.printJson(ImportReport.document(out, outcome));
    } else {
      outcome.read().notes().forEach(console::remark);
      outcome.read().badRows().forEach(row -> console.remark(row.describe()));
    }
    return switch (outcome) {
      case ImportOutcome.Imported(ReadSummary read, EventSummary events) -> {
        if (!json) {
          console.print(ImportReport.table(read, events));
          console.print(out + ": " + events.fingerprint());
        }
        yield 0;
      }
      case ImportOutcome.TooManyBadRows(ReadSummary read, String what, double share, double most) ->
          throw new UserError(
              String.format(
                  Locale.ROOT,
                  "%.2f%% of the rows of the %s are bad (%s), more than the %.2f%% allowed; nothing"
                      + " was written; mend them or set --max-bad-share",
                  100 * share,
                  what,
                  ImportReport.reasons(read.rows(what)),
                  100 * most));
    };
  }

  /// Shows the reading of each file by its bytes.
  private static final class Progress implements ImportListener, AutoCloseable {
    private final Console console;
    private @Nullable ProgressReporter reporter;

    Progress(Console console) {
      this.console = console;
    }

    @Override
    public void onFile(Path file, long bytes) {
      close();
      reporter = console.progress("import " + file.getFileName(), bytes, "bytes");
    }

    @Override
    public void onRead(Path file, long bytesRead, long rows) {
      if (reporter != null) {
        reporter.at(bytesRead, String.format(Locale.ROOT, "%,d rows", rows));
      }
    }

    @Override
    public void onRowsRead(long rows) {
      close();
    }

    @Override
    public void close() {
      if (reporter != null) {
        reporter.close();
        reporter = null;
      }
    }
  }
}
