package dev.hstu.retrieval.cli;

import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.generation.UnknownGenerationException;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.retrieval.evaluate.EvaluationReport;
import dev.hstu.retrieval.evaluate.Evaluator;
import dev.hstu.retrieval.evaluate.HtmlReport;
import dev.hstu.retrieval.evaluate.SeenTargetsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu evaluate`: HR@K, NDCG and MRR over the whole catalogue, of a model or of a generation and
/// its index.
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "How good a model or a generation is, over the whole catalogue: each user's last event is to",
      "be found, or with --split-time the first after an instant. A model is ranked exactly; a",
      "generation exactly and through its index, with its recall. Also: the same by history length,",
      "popularity, action, age and recency; coverage, popularity and likeness of the lists."
    })
public final class EvaluateCommand implements Callable<Integer> {

  /// What to evaluate: one of the two.
  static final class What {
    @Option(names = "--model", paramLabel = "DIR", description = "A model folder.")
    private @Nullable Path model;

    @Option(
        names = "--generation",
        paramLabel = "ID",
        description = "A generation of --generations: its id, `current` or `latest`.")
    private @Nullable String generation;
  }

  @ArgGroup(multiplicity = "1")
  private What what = new What();

  @Mixin private ProtocolOptions protocol = new ProtocolOptions();

  @Mixin private GenerationsFolder generations = new GenerationsFolder();

  @Option(names = "--html", paramLabel = "FILE", description = "Also writes a page with charts.")
  private @Nullable Path html;

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    EvaluationReport report = evaluate(console);
    if (html != null) {
      DurableFiles.writeAtomically(
          html, HtmlReport.render(report).getBytes(StandardCharsets.UTF_8));
      console.remark("wrote " + html);
    }
    if (json) {
      console.printJson(report);
    } else {
      EvaluationTables.print(console, report);
    }
    return 0;
  }

  private EvaluationReport evaluate(Console console) throws IOException {
    try {
      Evaluator evaluator = protocol.evaluator();
      try (ProgressReporter progress = console.progress("evaluate", evaluator.cases(), "users")) {
        Path modelFolder = what.model;
        return modelFolder != null
            ? evaluator.evaluate(modelFolder, progress::at)
            : evaluateGeneration(evaluator, progress);
      }
    } catch (SeenTargetsException
        | DamagedFileException
        | DamagedGenerationException
        | UnknownGenerationException
        | EngineUnavailableException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private EvaluationReport evaluateGeneration(Evaluator evaluator, ProgressReporter progress)
      throws IOException {
    GenerationStore store = generations.store();
    try (Generation open = store.open(GenerationChoice.resolve(store, what.generation))) {
      return evaluator.evaluate(open, progress::at);
    }
  }
}
