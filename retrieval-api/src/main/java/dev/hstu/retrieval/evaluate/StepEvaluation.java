package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.admission.StepCosts;
import dev.hstu.retrieval.admission.StepParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.roaringbitmap.RoaringBitmap;

/// Measures what each step of the brown-out ladder costs: the answers a service gives at that step
/// to the users of a protocol, their seen items left out, against the next item they chose and
/// against the exact answer for the whole history.
///
/// The stale embedding is measured at the end of its grace time, where it is worst: at a request
/// time so much earlier, but not before the last event, since a later event makes another history.
final class StepEvaluation {

  /// Users measured at most, evenly spread. The steps are compared on the same users, so that their
  /// differences are known better than each.
  static final int MOST_USERS = 2000;

  /// Users encoded at a time.
  private static final int BATCH_USERS = 64;

  private final Evaluation.Subject subject;
  private final EvaluationProtocol protocol;
  private final StepParameters parameters;
  private final PopularOrder popular;

  /// @param subject with an index
  /// @param logItems `V` of the log, for counting popularity
  StepEvaluation(
      Evaluation.Subject subject,
      EvaluationProtocol protocol,
      int logItems,
      StepParameters parameters) {
    this.subject = subject;
    this.protocol = protocol;
    this.parameters = parameters;
    this.popular = new PopularOrder(protocol.popularity(logItems), subject.catalogue());
  }

  /// Measures every step.
  ///
  /// @param search of full answers
  StepCosts run(ItemIndex index, SearchOptions search) {
    int users = Math.min(MOST_USERS, protocol.cases());
    Map<QualityStep, Sums> sums = new EnumMap<>(QualityStep.class);
    for (QualityStep step : QualityStep.values()) {
      sums.put(step, new Sums());
    }
    Answers answers = new Answers(index, subject.scan(), search, parameters.smaller(search));
    List<Case> batch = new ArrayList<>();
    for (int u = 0; u < users; u++) {
      addCase((int) ((long) u * protocol.cases() / users), batch);
      if (batch.size() == BATCH_USERS || u == users - 1) {
        measure(batch, answers, sums);
        batch.clear();
      }
    }
    Map<QualityStep, StepCosts.Quality> measured = new EnumMap<>(QualityStep.class);
    sums.forEach((step, sum) -> measured.put(step, sum.quality(users)));
    return StepCosts.of(measured);
  }

  /// One user for whom something can be found.
  ///
  /// @param kept the events that a full answer encodes
  /// @param target catalogue row of the item to be found
  /// @param seen catalogue rows left out
  private record Case(UserHistory kept, int target, RoaringBitmap seen) {}

  /// Leaves out who has a miss, or the popular items, at every step.
  private void addCase(int c, List<Case> batch) {
    UserHistory log = protocol.history(c);
    UserHistory known = subject.rows().map(log);
    int target = subject.catalogue().map(protocol.targetItem(c)) - 1;
    RoaringBitmap seen = CaseRanker.seenRows(subject.catalogue().map(log), 0);
    if (known.length() > 0 && target >= 0 && !seen.contains(target)) {
      HistoryWindow window = subject.encoder().config().window();
      UserHistory tokens = known.merged(window);
      batch.add(new Case(newest(tokens, window.kept(tokens.length())), target, seen));
    }
  }

  private void measure(List<Case> batch, Answers answers, Map<QualityStep, Sums> sums) {
    float[][] users = encode(batch, kept -> kept);
    float[][] shorter = encode(batch, kept -> newest(kept, parameters.historyEvents()));
    float[][] stale = encode(batch, this::earlier);
    for (int i = 0; i < batch.size(); i++) {
      RoaringBitmap seen = batch.get(i).seen;
      int target = batch.get(i).target;
      RoaringBitmap exact = answers.exact(users[i], seen);
      sums.get(QualityStep.FULL).add(answers.full(users[i], seen), target, exact);
      sums.get(QualityStep.SMALLER_SEARCH).add(answers.smaller(users[i], seen), target, exact);
      sums.get(QualityStep.SHORTER_HISTORY).add(answers.smaller(shorter[i], seen), target, exact);
      sums.get(QualityStep.STALE_EMBEDDING).add(answers.smaller(stale[i], seen), target, exact);
      sums.get(QualityStep.POPULAR).add(popular.first(StepCosts.K, seen), target, exact);
    }
  }

  private float[][] encode(List<Case> batch, UnaryOperator<UserHistory> as) {
    return batch.isEmpty()
        ? new float[0][]
        : subject.encoder().encode(batch.stream().map(Case::kept).map(as).toList());
  }

  private static UserHistory newest(UserHistory history, int most) {
    int length = history.length();
    int start = Math.max(0, length - most);
    float[] actions = history.actions();
    return new UserHistory(
        Arrays.copyOfRange(history.items(), start, length),
        Arrays.copyOfRange(history.times(), start, length),
        Arrays.copyOfRange(actions, Math.min(start, actions.length), actions.length),
        history.requestTime());
  }

  private UserHistory earlier(UserHistory kept) {
    long lastEvent = kept.times()[kept.length() - 1];
    return new UserHistory(
        kept.items(),
        kept.times(),
        kept.actions(),
        Math.max(lastEvent, kept.requestTime() - parameters.graceSeconds()));
  }

  /// What the index returns, as sets of catalogue rows.
  private static final class Answers {

    private final ItemIndex index;
    private final ExactScan scan;
    private final SearchOptions full;
    private final SearchOptions smaller;
    private final Candidates found = new Candidates(StepCosts.K);

    Answers(ItemIndex index, ExactScan scan, SearchOptions full, SearchOptions smaller) {
      this.index = index;
      this.scan = scan;
      this.full = full;
      this.smaller = smaller;
    }

    RoaringBitmap exact(float[] user, RoaringBitmap seen) {
      return search(scan, user, seen, SearchOptions.EXACT);
    }

    RoaringBitmap full(float[] user, RoaringBitmap seen) {
      return search(index, user, seen, full);
    }

    RoaringBitmap smaller(float[] user, RoaringBitmap seen) {
      return search(index, user, seen, smaller);
    }

    private RoaringBitmap search(
        ItemIndex from, float[] user, RoaringBitmap seen, SearchOptions options) {
      from.search(user, StepCosts.K, ItemFilter.excluding(seen), options, found);
      RoaringBitmap rows = new RoaringBitmap();
      for (int i = 0; i < found.size(); i++) {
        rows.add(found.row(i));
      }
      return rows;
    }
  }

  /// Catalogue rows by events before the targets, most first, equal counts by row of the log.
  private static final class PopularOrder {

    private final int[] rows;

    PopularOrder(long[] events, RowMapping catalogue) {
      rows =
          IntStream.range(1, events.length)
              .boxed()
              .sorted((a, b) -> Long.compare(events[b], events[a]))
              .mapToInt(item -> catalogue.map(item) - 1)
              .filter(row -> row >= 0)
              .toArray();
    }

    RoaringBitmap first(int k, RoaringBitmap seen) {
      RoaringBitmap first = new RoaringBitmap();
      int taken = 0;
      for (int i = 0; i < rows.length && taken < k; i++) {
        if (!seen.contains(rows[i])) {
          first.add(rows[i]);
          taken++;
        }
      }
      return first;
    }
  }

  /// What was found at one step.
  private static final class Sums {

    private long hits;
    private double recall;
    private long answers;

    void add(RoaringBitmap returned, int target, RoaringBitmap exact) {
      answers++;
      hits += returned.contains(target) ? 1 : 0;
      recall += (double) RoaringBitmap.andCardinality(returned, exact) / exact.getCardinality();
    }

    /// @param users with those for whom nothing can be found
    StepCosts.Quality quality(int users) {
      return new StepCosts.Quality(
          users == 0 ? 0 : (double) hits / users, answers == 0 ? 1 : recall / answers);
    }
  }
}
