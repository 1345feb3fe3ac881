package dev.hstu.retrieval.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.admission.StepCosts;
import dev.hstu.retrieval.admission.StepParameters;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Each step's figures equal those of asking one user after another, with an encoder and an index
/// made so that every step gives another answer.
class StepEvaluationTest {

  private static final int ITEMS = 400;
  private static final int DIMENSION = 8;
  private static final int MAX_EVENTS = 12;
  private static final StepParameters PARAMETERS = new StepParameters(100, 0.5, 3, 60);

  private final Random random = new Random(5);
  private final float[] vectors = vectors();
  private final ExactScan scan = new ExactScan(VectorMatrix.copyOf(vectors, DIMENSION));
  private final InteractionLog log = log(300);
  private final LeaveOneOut protocol = new LeaveOneOut(log, LeaveOneOut.Target.TEST);

  @Test
  void everyStepIsMeasuredAsAServiceAnswersAtIt() {
    IdTable ids = IdTable.ofLongs(LongStream.rangeClosed(1, ITEMS).toArray());
    RowMapping rows = RowMapping.between(ids, ids);
    ItemIndex index = new LossyIndex(scan);
    Evaluation.Subject subject = new Evaluation.Subject(new TimedEncoder(), scan, index, rows);

    StepCosts costs =
        new StepEvaluation(subject, protocol, ITEMS, PARAMETERS).run(index, SearchOptions.DEFAULT);

    for (QualityStep step : QualityStep.values()) {
      StepCosts.Quality expected = oneByOne(step);
      StepCosts.Quality measured = costs.at(step).orElseThrow();
      assertThat(measured.hitRate()).as(step.label()).isCloseTo(expected.hitRate(), within(1e-9));
      assertThat(measured.recall()).as(step.label()).isCloseTo(expected.recall(), within(1e-9));
    }
    assertThat(Arrays.stream(QualityStep.values()).map(s -> costs.at(s).orElseThrow().recall()))
        .doesNotHaveDuplicates();
    assertThat(costs.cost(QualityStep.FULL)).contains(new StepCosts.Quality(0, 0));
  }

  @Test
  void aGenerationsFiguresAreReadBackOnlyForTheParametersTheyWereMeasuredWith() {
    StepCosts.Quality full = new StepCosts.Quality(0.5, 0.99);
    StepCosts.Quality less = new StepCosts.Quality(0.4, 0.75);
    StepCosts costs =
        StepCosts.of(
            Map.of(
                QualityStep.FULL, full,
                QualityStep.SMALLER_SEARCH, less,
                QualityStep.SHORTER_HISTORY, less,
                QualityStep.STALE_EMBEDDING, less,
                QualityStep.POPULAR, less));
    SortedMap<String, Double> figures = costs.figures(PARAMETERS);
    assertThat(figures)
        .containsEntry("ladder.full.hr@100", 0.5)
        .containsEntry("ladder.stale-embedding.recall@100", 0.75)
        .containsEntry("ladder.history-events", 3.0);

    StepCosts same = StepCosts.read(figures, PARAMETERS);
    assertThat(same.cost(QualityStep.POPULAR).orElseThrow().recall()).isCloseTo(0.24, within(1e-9));
    for (QualityStep step : QualityStep.values()) {
      assertThat(same.at(step)).isEqualTo(costs.at(step));
    }
    StepCosts otherHistory = StepCosts.read(figures, new StepParameters(100, 0.5, 4, 60));
    assertThat(otherHistory.cost(QualityStep.SHORTER_HISTORY)).isEmpty();
    assertThat(otherHistory.cost(QualityStep.STALE_EMBEDDING)).isPresent();
    StepCosts otherSearch = StepCosts.read(figures, new StepParameters(101, 0.5, 3, 60));
    assertThat(otherSearch.cost(QualityStep.SMALLER_SEARCH)).isEmpty();
    assertThat(otherSearch.cost(QualityStep.POPULAR)).isPresent();
    assertThat(StepCosts.unknown().cost(QualityStep.POPULAR)).isEmpty();
    List<QualityStep> all = List.of(QualityStep.values());
    assertThat(same.unknownOf(all)).isEmpty();
    assertThat(otherHistory.unknownOf(all)).containsExactly(QualityStep.SHORTER_HISTORY);
    assertThat(otherHistory.unknownOf(List.of(QualityStep.POPULAR))).isEmpty();
    assertThat(StepCosts.unknown().unknownOf(all)).as("nothing was measured").isEmpty();
  }

  private StepCosts.Quality oneByOne(QualityStep step) {
    double hits = 0;
    double recall = 0;
    int answered = 0;
    for (int c = 0; c < protocol.cases(); c++) {
      UserHistory history = protocol.history(c);
      int[] seen = IntStream.of(history.items()).map(item -> item - 1).toArray();
      int target = protocol.targetItem(c) - 1;
      if (IntStream.of(seen).anyMatch(row -> row == target)) {
        continue;
      }
      int kept = Math.min(history.length(), MAX_EVENTS);
      Set<Integer> exact = best(scan, user(history, kept, 0), SearchOptions.EXACT, seen);
      SearchOptions smaller = new SearchOptions(100, SearchOptions.DEFAULT.plan(), 0.5);
      ItemIndex index = new LossyIndex(scan);
      Set<Integer> returned =
          switch (step) {
            case FULL -> best(index, user(history, kept, 0), SearchOptions.DEFAULT, seen);
            case SMALLER_SEARCH -> best(index, user(history, kept, 0), smaller, seen);
            case SHORTER_HISTORY -> best(index, user(history, Math.min(kept, 3), 0), smaller, seen);
            case STALE_EMBEDDING -> best(index, user(history, kept, 60), smaller, seen);
            case POPULAR -> popular(seen);
          };
      answered++;
      hits += returned.contains(target) ? 1 : 0;
      Set<Integer> common = new HashSet<>(returned);
      common.retainAll(exact);
      recall += (double) common.size() / exact.size();
    }
    return new StepCosts.Quality(hits / protocol.cases(), recall / answered);
  }

  private float[] user(UserHistory history, int newest, long earlier) {
    long last = history.times()[history.length() - 1];
    return new TimedEncoder()
        .user(
            history.items(),
            history.actions(),
            history.length() - newest,
            history.length(),
            Math.max(last, history.requestTime() - earlier));
  }

  private static Set<Integer> best(
      ItemIndex index, float[] user, SearchOptions options, int[] seen) {
    Candidates found = new Candidates(100);
    index.search(user, 100, ItemFilter.excluding(seen), options, found);
    Set<Integer> rows = new HashSet<>();
    for (int i = 0; i < found.size(); i++) {
      rows.add(found.row(i));
    }
    return rows;
  }

  private Set<Integer> popular(int[] seen) {
    long[] events = protocol.popularity(ITEMS);
    Set<Integer> left = new HashSet<>();
    IntStream.of(seen).forEach(left::add);
    Set<Integer> first = new HashSet<>();
    IntStream.rangeClosed(1, ITEMS)
        .boxed()
        .sorted((a, b) -> Long.compare(events[b], events[a]))
        .map(item -> item - 1)
        .filter(row -> !left.contains(row))
        .limit(100)
        .forEach(first::add);
    return first;
  }

  private float[] vectors() {
    float[] values = new float[ITEMS * DIMENSION];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private InteractionLog log(int users) {
    long[] offsets = new long[users + 1];
    for (int u = 0; u < users; u++) {
      offsets[u + 1] = offsets[u] + random.nextInt(30);
    }
    int events = (int) offsets[users];
    // Squared, so that some items are more popular than others.
    int[] rows =
        IntStream.range(0, events)
            .map(e -> 1 + (int) (Math.pow(random.nextDouble(), 2) * ITEMS))
            .toArray();
    long[] times = LongStream.range(0, events).map(e -> e * 40).toArray();
    float[] actions = new float[events];
    for (int e = 0; e < events; e++) {
      actions[e] = 1 + random.nextInt(5);
    }
    return new InteractionLog(offsets, rows, times, actions);
  }

  /// The sum of the events' vectors, each as often as its action says, and a direction that turns
  /// with the request time.
  private final class TimedEncoder implements UserEncoder {

    float[] user(int[] items, float[] actions, int from, int to, long requestTime) {
      float[] user = new float[DIMENSION];
      for (int e = from; e < to; e++) {
        for (int d = 0; d < DIMENSION; d++) {
          user[d] += actions[e] * vectors[(items[e] - 1) * DIMENSION + d];
        }
      }
      user[0] += (float) (4 * Math.cos(requestTime));
      user[1] += (float) (4 * Math.sin(requestTime));
      return user;
    }

    @Override
    public String engine() {
      return "sum of events";
    }

    @Override
    public HstuConfig config() {
      return new HstuConfig(ITEMS, MAX_EVENTS, 1, DIMENSION, 1, 1, 1, 1, 0.05, 1);
    }

    @Override
    public void encode(HistoryBatch batch, float[] target) {
      for (int b = 0; b < batch.users(); b++) {
        float[] user =
            user(
                batch.items(),
                batch.actions(),
                batch.offsets()[b],
                batch.offsets()[b + 1],
                batch.requestTimes()[b]);
        System.arraycopy(user, 0, target, b * DIMENSION, DIMENSION);
      }
    }

    @Override
    public void close() {}
  }

  /// Overlooks every tenth row, and at a beam of its own every third.
  private record LossyIndex(ExactScan scan) implements ItemIndex {

    @Override
    public int size() {
      return scan.size();
    }

    @Override
    public int dimension() {
      return scan.dimension();
    }

    @Override
    public void search(
        float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target) {
      int blind = options.beam() == 0 ? 10 : 3;
      scan.search(
          query, k, row -> row % blind != 0 && filter.accepts(row), SearchOptions.EXACT, target);
    }
  }
}
