package dev.hstu.retrieval.cli;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.tune.Tuning;
import dev.hstu.index.tune.TuningFile;
import dev.hstu.index.tune.TuningGoal;
import dev.hstu.index.tune.TuningSettings;
import dev.hstu.index.tune.UnreachableGoalException;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.retrieval.tune.IndexTuning;
import dev.hstu.retrieval.tune.TuningPage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hstu tune`: item vectors and a goal in; the index that reaches it fastest out, for `hstu build
/// --tuning`.
@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    description = {
      "Finds the index that reaches a recall fastest within bounds of time and memory: builds and",
      "measures every type, width of codes and way of searching on samples of the very vectors, and",
      "extrapolates to all items. hstu build --tuning FILE builds what was chosen and calibrates it."
    })
public final class TuneCommand implements Callable<Integer> {

  /// Whose requests are measured with; stand-ins made of items where absent.
  static final class Users {
    @Option(
        names = "--data",
        required = true,
        paramLabel = "DIR",
        description = "Prepared data, whose users ask.")
    private Path data = Path.of("");

    @Option(
        names = "--model",
        required = true,
        paramLabel = "DIR",
        description = "The model folder that encodes them.")
    private Path model = Path.of("");

    @Option(
        names = "--users",
        defaultValue = "" + IndexTuning.DEFAULT_USERS,
        paramLabel = "N",
        description = "How many ask. Default: ${DEFAULT-VALUE}.")
    private int users = IndexTuning.DEFAULT_USERS;

    @Option(
        names = "--engine",
        defaultValue = "djl",
        description = "Encodes them. Default: ${DEFAULT-VALUE}.")
    private Engine engine = Engine.DJL;

    private IndexTuning tuning() throws IOException {
      return new IndexTuning(PreparedData.open(data), model, EngineChoice.of(engine), users);
    }
  }

  @Option(
      names = "--vectors",
      required = true,
      paramLabel = "FILE",
      description = "File that `hstu embed` wrote.")
  private Path vectors = Path.of("");

  @ArgGroup(exclusive = false, heading = "Whose requests (stand-ins made of items otherwise):%n")
  private @Nullable Users users;

  @Option(
      names = "--recall",
      defaultValue = "0.97",
      description = "Share of the true top K to return. Default: ${DEFAULT-VALUE}.")
  private double recall;

  @Option(
      names = "--k",
      defaultValue = "500",
      description = "Items a request asks for. Default: ${DEFAULT-VALUE}.")
  private int k;

  @Option(
      names = "--p99-ms",
      defaultValue = "0",
      paramLabel = "MS",
      description = "Within which 99 of 100 searches end; 0: any. Default: ${DEFAULT-VALUE}.")
  private double p99Millis;

  @Option(
      names = "--ram",
      paramLabel = "SIZE",
      converter = MemorySizeConverter.class,
      description = "Heap, native memory and page cache together, e.g. 8g. Default: any.")
  private @Nullable Long ram;

  @Option(
      names = "--sample",
      defaultValue = "" + TuningSettings.DEFAULT_SAMPLE_ROWS,
      paramLabel = "N",
      description = "Items of the larger sample. Default: ${DEFAULT-VALUE}.")
  private int sampleRows;

  @Option(names = "--workers", description = "Threads that build. Default: every core.")
  private @Nullable Integer workers;

  @Option(names = "--out", paramLabel = "FILE", description = "Writes it for hstu build --tuning.")
  private @Nullable Path out;

  @Option(names = "--html", paramLabel = "FILE", description = "Also writes a page with charts.")
  private @Nullable Path html;

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    try {
      Tuning tuning = tune(console);
      write(tuning, console);
      if (json) {
        console.printJson(TuningFile.document(tuning));
      } else {
        print(tuning, console);
      }
      IndexSettings chosen = tuning.chosen();
      console.remark("chosen: " + chosen.describe());
      return 0;
    } catch (UnreachableGoalException e) {
      console.remark("hstu: " + e.getMessage());
      return 1;
    } catch (NoSuchFileException e) {
      throw new UserError("%s doesn't exist".formatted(e.getFile()), e);
    } catch (MalformedSafetensorsException | DamagedFileException | EngineUnavailableException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private Tuning tune(Console console) throws IOException {
    int threads = workers == null ? Runtime.getRuntime().availableProcessors() : workers;
    TuningGoal goal = new TuningGoal(recall, k, p99Millis, ram == null ? 0 : ram);
    TuningSettings settings = TuningSettings.thorough(threads).withSampleRows(sampleRows);
    try (ItemVectors open = ItemVectors.open(vectors);
        TuningProgress progress = new TuningProgress(console)) {
      if (users != null) {
        Encoder.requireAvailable(users.engine);
      }
      List<float[]> requests = users == null ? List.of() : users.tuning().requests();
      return IndexTuning.tune(open.matrix(), requests, goal, settings, progress);
    }
  }

  private void write(Tuning tuning, Console console) throws IOException {
    if (out != null) {
      TuningFile.write(out, tuning);
      console.remark("wrote " + out);
    }
    if (html != null) {
      DurableFiles.writeAtomically(
          html, TuningPage.render(tuning).getBytes(StandardCharsets.UTF_8));
      console.remark("wrote " + html);
    }
  }

  private static void print(Tuning tuning, Console console) {
    console.print(
        String.format(
            Locale.ROOT,
            "%,d items of %d values; %s; %,d queries %s; %.1f s",
            tuning.items(),
            tuning.dimension(),
            TuningPage.goal(tuning.goal()),
            tuning.queries(),
            tuning.standIns() ? "made of items" : "of users",
            tuning.seconds()));
    Table table = new Table(TuningPage.OPTION_HEADER.toArray(String[]::new));
    TuningPage.options(tuning).forEach(row -> table.row(row.toArray(String[]::new)));
    console.print(table);
  }
}
