package dev.hstu.retrieval.cli;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.BuildMemory;
import dev.hstu.index.BuildRefusedException;
import dev.hstu.index.BuildRequest;
import dev.hstu.index.GenerationEvaluator;
import dev.hstu.index.IndexBuilder;
import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.InvalidVectorException;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.memory.InsufficientMemoryException;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DirectoryLockedException;
import dev.hstu.retrieval.admission.StepParameters;
import dev.hstu.retrieval.config.InvalidSettingException;
import dev.hstu.retrieval.config.LadderSettings;
import dev.hstu.retrieval.data.PreparedCatalog;
import dev.hstu.retrieval.evaluate.BuildEvaluation;
import dev.hstu.retrieval.evaluate.Evaluator;
import dev.hstu.retrieval.gate.GatedPublication;
import dev.hstu.retrieval.gate.GoldenCompanion;
import dev.hstu.retrieval.gate.GoldenUsers;
import dev.hstu.retrieval.gate.VerdictJson;
import dev.hstu.retrieval.tune.IndexTuning;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu build`: prepared data, a model and its item vectors in; a generation out.
@Command(
    name = "build",
    mixinStandardHelpOptions = true,
    description = {
      "Builds a generation: the model, the items and an index over their vectors, checked and named",
      "as one. Stopped at any time it leaves nothing behind that the next build doesn't remove."
    })
public final class BuildCommand implements Callable<Integer> {

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Folder that `hstu import` wrote; gives attributes and popularity.")
  private Path data;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder that `hstu train` wrote.")
  private Path model;

  @Option(
      names = "--vectors",
      required = true,
      paramLabel = "FILE",
      description = "File that `hstu embed` wrote for this model.")
  private Path vectors;

  @Mixin private GenerationsFolder generations = new GenerationsFolder();

  @Mixin private IndexOptions index = new IndexOptions();

  @Option(names = "--workers", description = "Threads that build the index. Default: every core.")
  private @Nullable Integer workers;

  @Option(
      names = "--ram",
      paramLabel = "SIZE",
      converter = MemorySizeConverter.class,
      description = {
        "Heap, native memory and page cache together, e.g. 5g: large indexes are divided into shards",
        "that can be built within it. Not for the evaluation, whose engine has needs of its own."
      })
  private @Nullable Long ram;

  @Option(
      names = "--engine",
      defaultValue = "djl",
      description = "Encodes the histories of the evaluation. Default: ${DEFAULT-VALUE}.")
  private Engine engine;

  @Option(names = "--no-evaluate", description = "Don't measure hit rate and recall.")
  private boolean noEvaluate;

  @Option(
      names = "--ladder",
      paramLabel = "FILE",
      description = {
        "YAML with ladder.*, the service's file will do: the costs of the steps of the ladder are",
        "measured with these, and told in answers of services that have the same ones."
      })
  private @Nullable Path ladder;

  @Option(
      names = "--golden-users",
      paramLabel = "N",
      defaultValue = "" + GoldenUsers.DEFAULT_USERS,
      description =
          "Users of the last day to keep for the publish gate. Default: ${DEFAULT-VALUE}.")
  private int goldenUsers;

  @Option(
      names = "--publish",
      description = "Make it the current generation at once, if the gate lets it pass.")
  private boolean publish;

  @Mixin private GateOptions gate = new GateOptions();

  @Option(
      names = "--keep",
      paramLabel = "N",
      description = "Then delete all but the N youngest, the current and the one before it.")
  private @Nullable Integer keep;

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    GenerationStore store = generations.store();
    long start = System.nanoTime();
    try {
      if (!noEvaluate) {
        Encoder.requireAvailable(engine);
      }
      ConsolePublication publication =
          publish ? new ConsolePublication(console, store, engine, gate) : null;
      GenerationManifest manifest = build(store, console);
      double seconds = (System.nanoTime() - start) / 1e9;
      GatedPublication.Outcome published =
          publication == null ? null : publication.publish(manifest.id(), null);
      if (keep != null) {
        store.prune(keep);
      }
      Map<String, Object> document = document(manifest, seconds);
      document.put("published", published != null && published.published());
      if (json && published != null) {
        document.put("verdict", VerdictJson.document(published.verdict()));
      }
      console.printDocument(document);
      if (publication == null || published == null) {
        return 0;
      }
      if (!json) {
        publication.print(published);
      }
      return ConsolePublication.exitCode(published);
    } catch (NoSuchFileException e) {
      throw new UserError("%s doesn't exist".formatted(e.getFile()), e);
    } catch (BuildRefusedException
        | InsufficientMemoryException
        | InvalidVectorException
        | MalformedSafetensorsException
        | DamagedFileException
        | DirectoryLockedException
        | EngineUnavailableException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private GenerationManifest build(GenerationStore store, Console console) throws IOException {
    PreparedData prepared = PreparedData.open(data);
    int threads = workers == null ? Runtime.getRuntime().availableProcessors() : workers;
    IndexOptions.Choice choice = chooseIndex(prepared, threads, console);
    try (BuildProgressBar progress = new BuildProgressBar(console);
        GoldenCompanion golden = GoldenCompanion.of(prepared, goldenUsers)) {
      BuildRequest request =
          new BuildRequest(
              store,
              model,
              fingerprint(),
              vectors,
              catalog(prepared),
              choice.settings(),
              threads,
              evaluator(prepared, console),
              Instant.now());
      BuildRequest whole = request.withCompanions(golden.files());
      return IndexBuilder.build(choice.tuned().map(whole::withTuned).orElse(whole), progress);
    }
  }

  private IndexOptions.Choice chooseIndex(PreparedData prepared, int threads, Console console)
      throws IOException {
    IndexTuning users =
        new IndexTuning(prepared, model, EngineChoice.of(engine), IndexTuning.DEFAULT_USERS);
    try (ItemVectors open = ItemVectors.open(vectors)) {
      IndexOptions.Choice choice = index.choose(open.matrix(), users, threads, console);
      return ram == null
          ? choice
          : new IndexOptions.Choice(BuildMemory.fit(choice.settings(), open, ram), choice.tuned());
    }
  }

  private String fingerprint() throws IOException {
    try (OpenModel open = ModelFolder.open(model)) {
      return open.model().fingerprint();
    }
  }

  /// Measures the candidate on the same data, unless its model has seen the targets.
  private GenerationEvaluator evaluator(PreparedData prepared, Console console) {
    if (noEvaluate) {
      return GenerationEvaluator.NONE;
    }
    Evaluator evaluator = Evaluator.ofBuild(prepared, engine, steps());
    return candidate -> {
      try (ProgressReporter progress = console.progress("evaluate", evaluator.cases(), "users")) {
        return BuildEvaluation.of(
            evaluator,
            candidate,
            progress::at,
            report -> {
              if (!json) {
                EvaluationTables.print(console, report);
              }
            },
            console::remark);
      }
    };
  }

  private StepParameters steps() {
    try {
      return LadderSettings.of(new SettingSources().and(ladder)).parameters();
    } catch (InvalidSettingException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private Catalog catalog(PreparedData prepared) throws IOException {
    Catalog known = PreparedCatalog.of(prepared);
    try (ItemVectors open = ItemVectors.open(vectors)) {
      return known.alignedTo(open.ids());
    }
  }

  private Map<String, Object> document(GenerationManifest manifest, double seconds) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("generation", manifest.id());
    document.put("items", manifest.items());
    document.put("dimension", manifest.dimension());
    document.put("index", manifest.index().type().name().toLowerCase(Locale.ROOT));
    document.put("shards", manifest.shards().size());
    document.put("bytes", manifest.bytes());
    document.put("model_fingerprint", manifest.modelFingerprint());
    document.put("content_digest", manifest.contentDigest());
    if (json) {
      document.putAll(manifest.evaluation());
    }
    document.put("seconds", seconds);
    return document;
  }
}
