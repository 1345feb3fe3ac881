package dev.hstu.retrieval.evaluate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/// Two evaluations of the same users, and what their differences say.
///
/// @param nameA what A is
/// @param nameB what B is
/// @param decisive the metric that decides, chosen before anybody looks, e.g. `HR@100`
/// @param decision the finding that counts, as a sentence
/// @param users compared, each by both
/// @param bootstrapSamples samples behind every interval
/// @param seed of those samples
/// @param differences of every metric, ranking and filter
/// @param cautions why the two may not compare
/// @param a what was found of A
/// @param b what was found of B
public record Comparison(
    String nameA,
    String nameB,
    String decisive,
    String decision,
    int users,
    int bootstrapSamples,
    long seed,
    List<Difference> differences,
    List<String> cautions,
    EvaluationReport a,
    EvaluationReport b) {

  public Comparison {
    differences = List.copyOf(differences);
    cautions = List.copyOf(cautions);
  }

  /// How differences are judged.
  ///
  /// @param decisive the metric that decides
  /// @param samples of the bootstrap
  /// @param seed of the bootstrap
  public record Rules(RankedMetric decisive, int samples, long seed) {}

  /// Evaluates both, one after the other.
  ///
  /// @param progress told the users done, of twice as many as there are cases
  public static Comparison of(
      Evaluator evaluator,
      ComparedSubject first,
      ComparedSubject second,
      Rules rules,
      LongConsumer progress)
      throws IOException {
    int cases = evaluator.cases();
    RankRecorder ranksA = new RankRecorder(evaluator.filters(), cases);
    RankRecorder ranksB = new RankRecorder(evaluator.filters(), cases);
    EvaluationReport a = evaluate(evaluator, first, progress, ranksA);
    EvaluationReport b = evaluate(evaluator, second, done -> progress.accept(cases + done), ranksB);
    List<Difference> differences = new ArrayList<>();
    for (SeenFilter filter : evaluator.filters()) {
      String seen = filter.label();
      differences.addAll(
          new PairedRanks("exact", seen, ranksA.exact(filter), ranksB.exact(filter))
              .differences(rules.decisive(), rules.samples(), rules.seed()));
      if (a.generation() != null && b.generation() != null) {
        differences.addAll(
            new PairedRanks("index", seen, ranksA.throughIndex(filter), ranksB.throughIndex(filter))
                .differences(rules.decisive(), rules.samples(), rules.seed()));
      }
    }
    return new Comparison(
        first.name(),
        second.name(),
        rules.decisive().label(),
        decision(differences, rules.decisive().label()),
        cases,
        rules.samples(),
        rules.seed(),
        differences,
        cautions(a, b),
        a,
        b);
  }

  private static EvaluationReport evaluate(
      Evaluator evaluator, ComparedSubject subject, LongConsumer progress, RankRecorder ranks)
      throws IOException {
    return switch (subject) {
      case ComparedSubject.OfModel model -> evaluator.evaluate(model.folder(), progress, ranks);
      case ComparedSubject.OfGeneration open ->
          evaluator.evaluate(open.generation(), progress, ranks);
    };
  }

  /// The last of the decisive metric's: as a service leaves out and, where both have one, through
  /// the index.
  private static String decision(List<Difference> differences, String decisive) {
    return differences.stream()
        .filter(difference -> difference.metric().equals(decisive))
        .reduce((earlier, later) -> later)
        .map(Difference::inWords)
        .orElseThrow();
  }

  private static List<String> cautions(EvaluationReport a, EvaluationReport b) {
    List<String> cautions = new ArrayList<>();
    if (a.caution() != null) {
      cautions.add("A: " + a.caution());
    }
    if (b.caution() != null) {
      cautions.add("B: " + b.caution());
    }
    if (a.catalogueItems() != b.catalogueItems()) {
      cautions.add(
          "A ranks %,d items and B %,d: fewer items are easier to be first of"
              .formatted(a.catalogueItems(), b.catalogueItems()));
    }
    if (a.unknownTargets() != b.unknownTargets()) {
      cautions.add(
          "%,d targets are unknown to A and %,d to B; each is a miss"
              .formatted(a.unknownTargets(), b.unknownTargets()));
    }
    return cautions;
  }
}
