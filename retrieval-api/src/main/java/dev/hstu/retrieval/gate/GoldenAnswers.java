package dev.hstu.retrieval.gate;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.index.generation.Generation;
import dev.hstu.retrieval.evaluate.Evaluation;
import dev.hstu.retrieval.evaluate.EvaluationReport;
import dev.hstu.retrieval.evaluate.LeaveOneOut;
import dev.hstu.retrieval.evaluate.PopularityBaseline;
import dev.hstu.retrieval.evaluate.RankingMetrics;
import dev.hstu.retrieval.evaluate.RowMapping;
import dev.hstu.retrieval.evaluate.SeenFilter;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// What one generation answers golden users, asked as a service asks it, seen items left out.
///
/// @param index hit rates through the index, and its recall
/// @param popularity hit rates of the most popular items, the truths themselves not counted
/// @param results catalogue rows by user, best first, at most [RankingMetrics#DEEPEST]; empty where
///     nothing of a user is known. Not to be changed
/// @param p99Millis of single searches
record GoldenAnswers(
    EvaluationReport.Ranking index,
    RankingMetrics.Summary popularity,
    int[][] results,
    double p99Millis) {

  private static final SeenFilter SEEN = SeenFilter.ALL;

  /// Encodes, ranks and searches; the model's row order is taken from ids, as a service does.
  ///
  /// @param workers threads that rank
  /// @param progress told the number of users done
  static GoldenAnswers of(
      GoldenUsers golden,
      JudgedGeneration judged,
      EngineChoice engine,
      int workers,
      IntConsumer progress) {
    Generation generation = judged.generation();
    LeaveOneOut protocol = golden.protocol();
    RowMapping catalogue = RowMapping.between(golden.items(), generation.ids());
    int[][] results = new int[protocol.cases()][0];
    float @Nullable [][] users = new float[protocol.cases()][];
    Evaluation.AnswerListener listener =
        (c, user, answer) -> {
          results[c] = answer.rows();
          users[c] = user;
        };
    try (UserEncoder encoder = Encoder.open(judged.model(), engine)) {
      Evaluation.Subject subject =
          new Evaluation.Subject(
              encoder,
              generation.exactScan(),
              generation.index(),
              generation.manifest().index().search(),
              RowMapping.between(golden.items(), judged.model().vocabulary()),
              catalogue);
      EvaluationReport.Ranking index =
          new Evaluation(subject, protocol, golden.items().size(), List.of(SEEN), listener)
              .run(workers, progress).rankings().stream()
                  .filter(ranking -> ranking.name().equals("index"))
                  .findFirst()
                  .orElseThrow();
      return new GoldenAnswers(
          index,
          popularity(protocol, catalogue, generation, judged.model().config().window()),
          results,
          SearchLatency.p99Millis(generation, users));
    }
  }

  double hitRateAt(int k) {
    return index.metrics().hitRateAt(k);
  }

  /// Mean recall of the index against the exact ranking at 100 or 500.
  double recallAt(int k) {
    return index.recall() == null ? 1 : index.recall().getOrDefault(k, 1.0);
  }

  /// The first k results of a user.
  int[] top(int user, int k) {
    return Arrays.copyOf(results[user], Math.min(k, results[user].length));
  }

  /// A generation's popularity counts all events, so each truth is taken out before it is looked
  /// for.
  private static RankingMetrics.Summary popularity(
      LeaveOneOut protocol, RowMapping catalogue, Generation generation, HistoryWindow window) {
    long[] counts = new long[generation.ids().size() + 1];
    System.arraycopy(generation.popularity(), 0, counts, 1, counts.length - 1);
    for (int c = 0; c < protocol.cases(); c++) {
      int target = catalogue.map(protocol.targetItem(c));
      counts[target] = Math.max(0, counts[target] - 1);
    }
    PopularityBaseline baseline = new PopularityBaseline(counts);
    RankingMetrics metrics = new RankingMetrics();
    for (int c = 0; c < protocol.cases(); c++) {
      int target = catalogue.map(protocol.targetItem(c));
      UserHistory history = catalogue.map(protocol.history(c));
      int rank = target == 0 ? 0 : baseline.rank(history, target, SEEN, window);
      if (rank == 0) {
        metrics.addMiss();
      } else {
        metrics.add(rank);
      }
    }
    return metrics.summary();
  }
}
