package dev.hstu.retrieval.cli;

import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.UnknownGenerationException;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.retrieval.evaluate.ComparedSubject;
import dev.hstu.retrieval.evaluate.Comparison;
import dev.hstu.retrieval.evaluate.EvaluationReport;
import dev.hstu.retrieval.evaluate.Evaluator;
import dev.hstu.retrieval.evaluate.HtmlReport;
import dev.hstu.retrieval.evaluate.SeenTargetsException;
import dev.hstu.retrieval.evaluate.leaks.Audit;
import dev.hstu.retrieval.evaluate.leaks.LeakDetector;
import dev.hstu.retrieval.evaluate.leaks.LeakReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
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
      "generation exactly and through its index, with its recall. Also: the same by history"
          + " length,",
      "popularity, action, age and recency; coverage, popularity and likeness of the lists. With",
      "--compare, whether one of two is better; with --leaks, whether the figures can be trusted."
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

    @Option(
        names = "--compare",
        arity = "2",
        paramLabel = "A|B",
        description = {
          "Two of them over the same users: model folders, or generations by id, `current` or",
          "`latest`. Says whether the difference can be chance."
        })
    private List<String> compared = List.of();
  }

  @ArgGroup(multiplicity = "1")
  private What what = new What();

  @Mixin private ProtocolOptions protocol = new ProtocolOptions();

  @Mixin private GenerationsFolder generations = new GenerationsFolder();

  @Mixin private CompareOptions compare = new CompareOptions();

  @Mixin private LeakOptions leaks = new LeakOptions();

  @Option(names = "--html", paramLabel = "FILE", description = "Also writes a page with charts.")
  private @Nullable Path html;

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    try {
      if (!what.compared.isEmpty()) {
        if (leaks.wanted()) {
          throw new UserError("--leaks looks at one; give --model or --generation");
        }
        compare(console);
        return 0;
      }
      return leaks.wanted() ? audit(console) : evaluate(console);
    } catch (SeenTargetsException
        | DamagedFileException
        | DamagedGenerationException
        | UnknownGenerationException
        | EngineUnavailableException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private int evaluate(Console console) throws IOException {
    Evaluator evaluator = protocol.evaluator();
    EvaluationReport report;
    try (OpenSubjects subjects = new OpenSubjects(generations.store());
        ProgressReporter progress = console.progress("evaluate", evaluator.cases(), "users")) {
      report =
          switch (subject(subjects)) {
            case ComparedSubject.OfModel model -> evaluator.evaluate(model.folder(), progress::at);
            case ComparedSubject.OfGeneration open ->
                evaluator.evaluate(open.generation(), progress::at);
          };
    }
    writePage(console, () -> HtmlReport.render(report));
    if (json) {
      console.printJson(report);
    } else {
      EvaluationTables.print(console, report);
      EvaluationTables.printParts(console, report);
    }
    return 0;
  }

  private void compare(Console console) throws IOException {
    Evaluator evaluator = protocol.evaluator();
    Comparison comparison;
    try (OpenSubjects subjects = new OpenSubjects(generations.store());
        ProgressReporter progress = console.progress("compare", 2L * evaluator.cases(), "users")) {
      comparison =
          Comparison.of(
              evaluator,
              subjects.named(what.compared.get(0)),
              subjects.named(what.compared.get(1)),
              compare.rules(),
              progress::at);
    }
    writePage(console, () -> HtmlReport.render(comparison));
    if (json) {
      console.printJson(comparison);
    } else {
      ComparisonTables.print(console, comparison);
    }
  }

  private int audit(Console console) throws IOException {
    if (html != null) {
      throw new UserError("--html shows an evaluation or a comparison; use --json with --leaks");
    }
    if (protocol.filtered()) {
      throw new UserError("--leaks looks at the whole catalogue; leave out --filter");
    }
    Evaluator evaluator = protocol.evaluator();
    LeakReport report;
    try (OpenSubjects subjects = new OpenSubjects(generations.store());
        ProgressReporter progress = console.progress("look for leaks", -1, "cases ranked")) {
      ComparedSubject open = subject(subjects);
      HistoryWindow window =
          evaluator.on(open, (model, ranked) -> ranked.encoder().config().window());
      // As a service leaves out, unless asked otherwise.
      Audit audit =
          leaks.audit(evaluator, open.modelFolder(), window, evaluator.filters().getLast());
      report =
          evaluator.on(
              open,
              (model, ranked) ->
                  LeakDetector.audit(ranked, audit, evaluator.workers(), progress::at));
    }
    if (json) {
      console.printJson(report);
    } else {
      LeakTables.print(console, report);
    }
    return report.isClean() ? 0 : 1;
  }

  private ComparedSubject subject(OpenSubjects subjects) throws IOException {
    Path modelFolder = what.model;
    return modelFolder != null
        ? new ComparedSubject.OfModel(modelFolder)
        : subjects.generation(Objects.requireNonNull(what.generation, "one of the group is given"));
  }

  private void writePage(Console console, Supplier<String> page) throws IOException {
    if (html != null) {
      DurableFiles.writeAtomically(html, page.get().getBytes(StandardCharsets.UTF_8));
      console.remark("wrote " + html);
    }
  }
}
