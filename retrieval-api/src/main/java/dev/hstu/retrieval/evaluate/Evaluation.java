package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchDefaults;
import dev.hstu.index.search.SearchPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Runs a protocol over a model's encoder and item vectors, exactly and, where there is one,
/// through an index. Users are encoded in batches and ranked by all workers; memory is one score
/// per item and worker, whatever the number of users.
public final class Evaluation {

  /// Users encoded at a time: enough to fill an engine's batch, few enough for steady progress.
  static final int BATCH_USERS = 64;

  /// What is evaluated.
  ///
  /// @param encoder owned by the caller
  /// @param scan over the item vectors
  /// @param index over the same vectors, or null to rank exactly only
  /// @param search how the index is searched
  /// @param rows from the log's item rows to the model's, for what is encoded
  /// @param catalogue from the log's item rows to those of `scan` and `index`, from 1, for what is
  ///     ranked and seen
  public record Subject(
      UserEncoder encoder,
      ExactScan scan,
      @Nullable ItemIndex index,
      SearchDefaults search,
      RowMapping rows,
      RowMapping catalogue) {

    /// A catalogue in the order of the model's vocabulary, and an index that is searched as any is
    /// by default.
    public Subject(
        UserEncoder encoder, ExactScan scan, @Nullable ItemIndex index, RowMapping rows) {
      this(encoder, scan, index, SearchDefaults.DEFAULT, rows, rows);
    }
  }

  /// Hears what the index answers, asked as a service asks it for [RankingMetrics#DEEPEST] items.
  /// Called by the ranking threads, once for each case and filter that can be ranked.
  @FunctionalInterface
  public interface AnswerListener {

    /// Hears nothing.
    AnswerListener NONE = (c, user, answer) -> {};

    /// Case `c` of the protocol was answered.
    ///
    /// @param user the user's embedding, not to be changed
    /// @param answer catalogue rows from 0, best first; overwritten after the call
    void answered(int c, float[] user, Candidates answer);
  }

  private final Subject subject;
  private final LeaveOneOut protocol;
  private final List<SeenFilter> filters;
  private final PopularityBaseline popularity;
  private final HistoryWindow window;
  private final AnswerListener listener;

  /// Without a listener.
  ///
  /// @param logItems `V` of the log, for counting popularity
  public Evaluation(Subject subject, LeaveOneOut protocol, int logItems, List<SeenFilter> filters) {
    this(subject, protocol, logItems, filters, AnswerListener.NONE);
  }

  /// @param logItems `V` of the log, for counting popularity
  public Evaluation(
      Subject subject,
      LeaveOneOut protocol,
      int logItems,
      List<SeenFilter> filters,
      AnswerListener listener) {
    this.subject = subject;
    this.protocol = protocol;
    this.filters = List.copyOf(filters);
    this.popularity = new PopularityBaseline(protocol.popularity(logItems));
    this.window = subject.encoder.config().window();
    this.listener = listener;
  }

  /// Ranks every case.
  ///
  /// @param workers threads that rank, at least 1
  /// @param progress told the number of cases done
  public Outcome run(int workers, IntConsumer progress) {
    Outcome total = new Outcome(filters, subject.search);
    try (ExecutorService executor = Executors.newFixedThreadPool(workers)) {
      List<CaseRanker> rankers = new ArrayList<>();
      for (int w = 0; w < workers; w++) {
        rankers.add(new CaseRanker(subject.scan));
      }
      for (int first = 0; first < protocol.cases(); first += BATCH_USERS) {
        int count = Math.min(BATCH_USERS, protocol.cases() - first);
        List<Case> cases = encode(first, count);
        List<Future<Outcome>> parts = new ArrayList<>();
        for (int w = 0; w < workers; w++) {
          int worker = w;
          parts.add(executor.submit(() -> rank(cases, worker, workers, rankers.get(worker))));
        }
        for (Future<Outcome> part : parts) {
          total.addAll(part.get());
        }
        progress.accept(first + count);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("ranking failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("evaluation was interrupted", e);
    }
    return total;
  }

  /// One user of the batch, in the rows of the log and of the catalogue. `user` is null where no
  /// event is known to the model, so that it has nothing to go by.
  private record Case(
      int number,
      UserHistory logHistory,
      int logTarget,
      UserHistory catalogueHistory,
      int target,
      float @Nullable [] user) {}

  private List<Case> encode(int first, int count) {
    List<UserHistory> logHistories = new ArrayList<>(count);
    List<UserHistory> histories = new ArrayList<>(count);
    List<UserHistory> known = new ArrayList<>(count);
    for (int c = first; c < first + count; c++) {
      UserHistory logHistory = protocol.history(c);
      UserHistory history = subject.rows.map(logHistory);
      logHistories.add(logHistory);
      histories.add(history);
      if (history.length() > 0) {
        known.add(history);
      }
    }
    int d = subject.encoder.config().embeddingDim();
    float[] embeddings = new float[known.size() * d];
    if (!known.isEmpty()) {
      subject.encoder.encode(HistoryBatch.of(known, window), embeddings);
    }
    List<Case> cases = new ArrayList<>(count);
    int next = 0;
    for (int i = 0; i < count; i++) {
      UserHistory history = histories.get(i);
      float[] user = null;
      if (history.length() > 0) {
        user = Arrays.copyOfRange(embeddings, next * d, (next + 1) * d);
        next++;
      }
      int target = protocol.targetItem(first + i);
      UserHistory logHistory = logHistories.get(i);
      cases.add(
          new Case(
              first + i,
              logHistory,
              target,
              subject.catalogue.map(logHistory),
              subject.catalogue.map(target),
              user));
    }
    return cases;
  }

  private Outcome rank(List<Case> cases, int worker, int workers, CaseRanker ranker) {
    Outcome outcome = new Outcome(filters, subject.search);
    for (int c = worker; c < cases.size(); c += workers) {
      rank(cases.get(c), ranker, outcome);
    }
    return outcome;
  }

  private void rank(Case one, CaseRanker ranker, Outcome outcome) {
    float[] user = one.user;
    if (one.target == 0) {
      outcome.unknownTargets++;
    }
    boolean rankable = user != null && one.target != 0;
    if (rankable) {
      ranker.score(user);
    }
    for (SeenFilter filter : filters) {
      Outcome.Sums sums = outcome.sums.get(filter);
      add(sums.popularity, popularity.rank(one.logHistory, one.logTarget, filter, window));
      RoaringBitmap seen =
          CaseRanker.seenRows(
              one.catalogueHistory, filter.start(one.catalogueHistory.length(), window));
      add(sums.exact, rankable ? ranker.exactRank(one.target - 1, seen) : 0);
      ItemIndex index = subject.index;
      if (index != null) {
        if (rankable) {
          ranker.rankThrough(
              index,
              sums.throughIndex,
              user,
              one.target - 1,
              seen,
              answer -> listener.answered(one.number, user, answer));
        } else {
          sums.throughIndex.forEach(measure -> measure.addRank(0));
        }
      }
    }
  }

  private static void add(RankingMetrics metrics, long rank) {
    if (rank == 0) {
      metrics.addMiss();
    } else {
      metrics.add(rank);
    }
  }

  /// The sums over all cases.
  public static final class Outcome {

    private static final class Sums {
      private final RankingMetrics exact = new RankingMetrics();
      private final RankingMetrics popularity = new RankingMetrics();
      private final List<IndexMeasure> throughIndex;

      Sums(SearchDefaults defaults) {
        throughIndex =
            List.of(
                new IndexMeasure("index", defaults.options(SearchPlan.AUTO)),
                new IndexMeasure("unplanned", defaults.options(SearchPlan.INDEX)));
      }
    }

    private final Map<SeenFilter, Sums> sums = new EnumMap<>(SeenFilter.class);
    private int unknownTargets;

    private Outcome(List<SeenFilter> filters, SearchDefaults search) {
      filters.forEach(filter -> sums.put(filter, new Sums(search)));
    }

    private void addAll(Outcome other) {
      unknownTargets += other.unknownTargets;
      other.sums.forEach(
          (filter, part) -> {
            Sums whole = sums.get(filter);
            whole.exact.addAll(part.exact);
            whole.popularity.addAll(part.popularity);
            for (int m = 0; m < whole.throughIndex.size(); m++) {
              whole.throughIndex.get(m).addAll(part.throughIndex.get(m));
            }
          });
    }

    /// Targets the model's vocabulary lacks.
    public int unknownTargets() {
      return unknownTargets;
    }

    /// The exact ranking's metrics.
    public RankingMetrics.Summary exact(SeenFilter filter) {
      return sums.get(filter).exact.summary();
    }

    /// Every ranking that was measured.
    ///
    /// @param withIndex whether there was an index to rank through
    public List<EvaluationReport.Ranking> rankings(boolean withIndex) {
      List<EvaluationReport.Ranking> rankings = new ArrayList<>();
      sums.forEach(
          (filter, part) -> {
            String seen = filter.label();
            rankings.add(
                new EvaluationReport.Ranking("exact", seen, part.exact.summary(), null, null));
            if (withIndex) {
              part.throughIndex.forEach(measure -> rankings.add(measure.ranking(seen)));
            }
            rankings.add(
                new EvaluationReport.Ranking(
                    "popularity", seen, part.popularity.summary(), null, null));
          });
      return rankings;
    }
  }
}
