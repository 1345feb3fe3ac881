package dev.hstu.retrieval.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.ExactScan;
import dev.hstu.kernels.tables.IdTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

/// A run over many users equals ranking each by sorting the whole catalogue, for both filters, any
/// number of workers, ties and repeats included.
final class EvaluationTest {

  private static final int DIMENSION = 3;
  private static final int MAX_EVENTS = 4;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyRankEqualsTheOneOfASortedCatalogue(int workers) {
    Random random = new Random(workers);
    int items = 40;
    // Few distinct values, so that many scores tie.
    float[] vectors = new float[items * DIMENSION];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = random.nextInt(3) - 1;
    }
    InteractionLog log = randomLog(random, 150, items);
    LeaveOneOut protocol = new LeaveOneOut(log, LeaveOneOut.Target.TEST);
    ExactScan scan = new ExactScan(VectorMatrix.copyOf(vectors, DIMENSION));
    LastItemEncoder encoder = new LastItemEncoder(items, vectors);
    IdTable ids = IdTable.ofLongs(LongStream.rangeClosed(1, items).toArray());
    Evaluation.Subject subject =
        new Evaluation.Subject(encoder, scan, scan, RowMapping.between(ids, ids));

    List<Integer> progress = new ArrayList<>();
    Outcome outcome =
        new Evaluation(subject, protocol, items, List.of(SeenFilter.values()))
            .run(workers, progress::add);

    for (SeenFilter filter : SeenFilter.values()) {
      RankingMetrics expected = new RankingMetrics();
      for (int c = 0; c < protocol.cases(); c++) {
        add(expected, sortedRank(protocol, c, filter, vectors, item -> true, items));
      }
      RankingMetrics.Summary exact = outcome.exact(filter);
      assertThat(exact.hitRate()).isEqualTo(expected.summary().hitRate());
      assertThat(exact.mrr()).isCloseTo(expected.summary().mrr(), within(1e-12));
    }
    assertThat(progress).last().isEqualTo(protocol.cases());
    // The exact scan stands in for the index here, so both rankings agree and recall is 1.
    for (EvaluationReport.Ranking ranking : outcome.rankings()) {
      if (ranking.name().equals("index")) {
        assertThat(ranking.recall()).containsEntry(100, 1.0).containsEntry(500, 1.0);
        assertThat(ranking.metrics().hitRate())
            .isEqualTo(
                outcome
                    .exact(
                        ranking.seen().equals("exclude=all") ? SeenFilter.ALL : SeenFilter.WINDOW)
                    .hitRate());
      }
    }
  }

  /// Of forty items those of an even row that 7 doesn't divide are accepted; the exact scan stands
  /// in for the index.
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everyRankAmongAcceptedItemsEqualsTheOneOfASortedCatalogue(int workers) {
    Random random = new Random(workers);
    int items = 40;
    float[] vectors = new float[items * DIMENSION];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = random.nextInt(3) - 1;
    }
    IntPredicate accepted = item -> item % 2 == 0 && item % 7 != 0;
    RankedItems ranked = new RankedItems(false, new RoaringBitmap());
    IntStream.rangeClosed(1, items).filter(accepted).forEach(ranked.accepted()::add);
    LeaveOneOut all = new LeaveOneOut(randomLog(random, 150, items), LeaveOneOut.Target.TEST);
    FilteredCases protocol = FilteredCases.of(all, ranked);
    assertThat(protocol.cases()).isBetween(20, all.cases() - 20);
    assertThat(protocol.cases() + protocol.usersWithoutCase())
        .isEqualTo(all.cases() + all.usersWithoutCase());
    ExactScan scan = new ExactScan(VectorMatrix.copyOf(vectors, DIMENSION));
    IdTable ids = IdTable.ofLongs(LongStream.rangeClosed(1, items).toArray());
    Evaluation.Subject subject =
        new Evaluation.Subject(
            new LastItemEncoder(items, vectors), scan, scan, RowMapping.between(ids, ids));

    Outcome outcome =
        new Evaluation(
                subject,
                protocol,
                items,
                List.of(SeenFilter.values()),
                Evaluation.AnswerListener.NONE,
                new Detail(List.of(), true, ranked))
            .run(workers, done -> {});

    for (SeenFilter filter : SeenFilter.values()) {
      RankingMetrics expected = new RankingMetrics();
      RankingMetrics popular = new RankingMetrics();
      for (int c = 0; c < protocol.cases(); c++) {
        add(expected, sortedRank(protocol, c, filter, vectors, accepted, items));
        add(popular, popularRank(protocol, c, filter, accepted, items));
      }
      for (EvaluationReport.Ranking ranking : outcome.rankings()) {
        if (ranking.seen().equals(filter.label())) {
          RankingMetrics.Summary summary =
              (ranking.name().equals("popularity") ? popular : expected).summary();
          assertThat(ranking.metrics().users()).isEqualTo(summary.users());
          assertThat(ranking.metrics().curve())
              .as(ranking.name() + " " + ranking.seen())
              .isEqualTo(summary.curve());
          assertThat(ranking.metrics().mrr()).isCloseTo(summary.mrr(), within(1e-12));
        }
      }
    }
  }

  private static void add(RankingMetrics metrics, int rank) {
    if (rank == 0) {
      metrics.addMiss();
    } else {
      metrics.add(rank);
    }
  }

  private static int popularRank(
      EvaluationProtocol protocol, int c, SeenFilter filter, IntPredicate accepted, int items) {
    long[] counts = protocol.popularity(items);
    List<Integer> ranked = unseen(protocol.history(c), filter, accepted, items);
    ranked.sort(Comparator.comparingLong((Integer item) -> -counts[item]));
    return ranked.indexOf(protocol.targetItem(c)) + 1;
  }

  @Test
  void targetsTheModelLacksAreMissesAndCounted() {
    float[] vectors = {1, 0, 0, 0, 1, 0};
    InteractionLog log =
        new InteractionLog(
            new long[] {0, 2, 4}, new int[] {1, 3, 3, 2}, new long[] {1, 2, 1, 2}, new float[4]);
    IdTable logIds = IdTable.ofStrings(List.of("a", "b", "new"));
    IdTable modelIds = IdTable.ofStrings(List.of("b", "a"));
    ExactScan scan = new ExactScan(VectorMatrix.copyOf(vectors, DIMENSION));
    Evaluation.Subject subject =
        new Evaluation.Subject(
            new LastItemEncoder(2, vectors), scan, null, RowMapping.between(logIds, modelIds));

    Outcome outcome =
        new Evaluation(
                subject, new LeaveOneOut(log, LeaveOneOut.Target.TEST), 3, List.of(SeenFilter.ALL))
            .run(1, done -> {});

    // User 0's target is unknown; user 1's only event is, so there is nothing to encode.
    assertThat(outcome.unknownTargets()).isEqualTo(1);
    assertThat(outcome.exact(SeenFilter.ALL).users()).isEqualTo(2);
    assertThat(outcome.exact(SeenFilter.ALL).hitRateAt(500)).isZero();
  }

  private static int sortedRank(
      EvaluationProtocol protocol,
      int c,
      SeenFilter filter,
      float[] vectors,
      IntPredicate accepted,
      int items) {
    UserHistory history = protocol.history(c);
    int last = history.items()[history.length() - 1];
    List<Integer> ranked = unseen(history, filter, accepted, items);
    ranked.sort(
        (a, b) -> {
          int byScore = Float.compare(product(vectors, last, b), product(vectors, last, a));
          return byScore != 0 ? byScore : Integer.compare(a, b);
        });
    return ranked.indexOf(protocol.targetItem(c)) + 1;
  }

  /// Items that may be ranked, by row.
  private static List<Integer> unseen(
      UserHistory history, SeenFilter filter, IntPredicate accepted, int items) {
    Set<Integer> seen = new HashSet<>();
    int start = filter == SeenFilter.ALL ? 0 : Math.max(0, history.length() - MAX_EVENTS);
    for (int e = start; e < history.length(); e++) {
      seen.add(history.items()[e]);
    }
    List<Integer> ranked = new ArrayList<>();
    for (int item = 1; item <= items; item++) {
      if (!seen.contains(item) && accepted.test(item)) {
        ranked.add(item);
      }
    }
    return ranked;
  }

  private static float product(float[] vectors, int a, int b) {
    float sum = 0;
    for (int d = 0; d < DIMENSION; d++) {
      sum += vectors[(a - 1) * DIMENSION + d] * vectors[(b - 1) * DIMENSION + d];
    }
    return sum;
  }

  private static InteractionLog randomLog(Random random, int users, int items) {
    long[] offsets = new long[users + 1];
    for (int u = 0; u < users; u++) {
      offsets[u + 1] = offsets[u] + random.nextInt(9);
    }
    int events = (int) offsets[users];
    int[] rows = random.ints(events, 1, items + 1).toArray();
    long[] times = LongStream.range(0, events).toArray();
    return new InteractionLog(offsets, rows, times, new float[events]);
  }

  /// The user is the vector of the last item: enough to tell users apart, and easy to check.
  private record LastItemEncoder(int items, float[] vectors) implements UserEncoder {
    @Override
    public String engine() {
      return "last item";
    }

    @Override
    public HstuConfig config() {
      return new HstuConfig(items, MAX_EVENTS, 1, DIMENSION, 1, 1, 1, 1, 0.05, 1);
    }

    @Override
    public void encode(HistoryBatch batch, float[] target) {
      for (int b = 0; b < batch.users(); b++) {
        int last = batch.items()[batch.offsets()[b + 1] - 1];
        System.arraycopy(vectors, (last - 1) * DIMENSION, target, b * DIMENSION, DIMENSION);
      }
    }

    @Override
    public void close() {}
  }
}
