package dev.hstu.retrieval.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.index.GenerationEvaluation;
import dev.hstu.index.generation.Generation;
import java.io.IOException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// A report in the forms a generation keeps: JSON, a page, and the figures of its summary.
public final class BuildEvaluation {

  private BuildEvaluation() {}

  /// Measures a candidate, unless its model was trained on the targets.
  ///
  /// @param progress told the number of users done
  /// @param measured told what was found
  /// @param refused told why nothing was measured
  public static Optional<GenerationEvaluation> of(
      Evaluator evaluator,
      Generation candidate,
      LongConsumer progress,
      Consumer<EvaluationReport> measured,
      Consumer<String> refused)
      throws IOException {
    try {
      EvaluationReport report = evaluator.evaluate(candidate, progress);
      measured.accept(report);
      return Optional.of(of(report));
    } catch (SeenTargetsException e) {
      refused.accept("not evaluated: " + e.getMessage());
      return Optional.empty();
    }
  }

  /// Summary figures are named `exact.exclude=all.hr@100`, `index.exclude=all.recall@500` and so
  /// on; those of the ladder's steps as [StepCosts] says.
  public static GenerationEvaluation of(EvaluationReport report) {
    SortedMap<String, Double> summary = new TreeMap<>();
    for (EvaluationReport.Ranking ranking : report.rankings()) {
      String prefix = ranking.name() + "." + ranking.seen() + ".";
      for (int cutoff : new int[] {10, 100, 500}) {
        summary.put(prefix + "hr@" + cutoff, ranking.metrics().hitRateAt(cutoff));
      }
      if (ranking.recall() != null) {
        ranking.recall().forEach((k, value) -> summary.put(prefix + "recall@" + k, value));
      }
    }
    EvaluationReport.Steps steps = report.steps();
    if (steps != null) {
      summary.putAll(steps.costs().figures(steps.parameters()));
    }
    return new GenerationEvaluation(json(report), HtmlReport.render(report), summary);
  }

  private static String json(EvaluationReport report) {
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an evaluation report has no JSON form", e);
    }
  }
}
