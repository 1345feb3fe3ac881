package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchDefaults;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Runs a protocol over a model's encoder and item vectors, exactly and, where there is one,
/// through an index. Users are encoded in batches and ranked by all workers, each of which reads
/// the vectors once for its share of the batch; memory is a batch of users and the counters,
/// whatever the number of users and items.
public final class Evaluation {

  /// Users a worker ranks at a time: as many as one sweep over the vectors serves.
  static final int WORKER_USERS = 64;

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

  /// Hears what becomes of each case, from the ranking threads; every case is heard once for each
  /// filter.
  @FunctionalInterface
  public interface AnswerListener {

    /// Hears nothing.
    AnswerListener NONE = (c, user, answer) -> {};

    /// Case `c` of the protocol was answered by the index, asked as a service asks it for
    /// [RankingMetrics#DEEPEST] items. Cases that can't be ranked are not heard of.
    ///
    /// @param user the user's embedding, not to be changed
    /// @param answer catalogue rows from 0, best first; overwritten after the call
    void answered(int c, float[] user, Candidates answer);

    /// The target of case `c` came at these ranks, 1 being first and 0 not found.
    ///
    /// @param exact among all items that the filter leaves
    /// @param throughIndex in the index's answer; 0 without an index
    default void ranked(int c, SeenFilter filter, long exact, long throughIndex) {}
  }

  private final Subject subject;
  private final EvaluationProtocol protocol;
  private final List<SeenFilter> filters;
  private final PopularityBaseline popularity;
  private final HistoryWindow window;
  private final AnswerListener listener;
  private final Detail detail;
  private final @Nullable CataloguePopularity cataloguePopularity;

  /// Catalogue rows that are ranked, of no meaning where all are, and those that are not.
  private final RoaringBitmap rankedRows;

  private final RoaringBitmap otherRows;

  /// Every so many cases one has its exact answer and its lists looked at.
  private final int everyCases;

  /// Without a listener.
  ///
  /// @param logItems `V` of the log, for counting popularity
  public Evaluation(
      Subject subject, EvaluationProtocol protocol, int logItems, List<SeenFilter> filters) {
    this(subject, protocol, logItems, filters, AnswerListener.NONE);
  }

  /// @param logItems `V` of the log, for counting popularity
  public Evaluation(
      Subject subject,
      EvaluationProtocol protocol,
      int logItems,
      List<SeenFilter> filters,
      AnswerListener listener) {
    this(subject, protocol, logItems, filters, listener, Detail.NONE);
  }

  Evaluation(
      Subject subject,
      EvaluationProtocol protocol,
      int logItems,
      List<SeenFilter> filters,
      AnswerListener listener,
      Detail detail) {
    this.subject = subject;
    this.protocol = protocol;
    this.filters = List.copyOf(filters);
    long[] counts = protocol.popularity(logItems);
    this.popularity = new PopularityBaseline(counts, detail.ranked());
    this.rankedRows = detail.ranked().rows(subject.catalogue);
    this.otherRows = detail.ranked().otherRows(subject.catalogue, subject.scan.size());
    this.window = subject.encoder.config().window();
    this.listener = listener;
    this.detail = detail;
    this.cataloguePopularity =
        detail.lists()
            ? new CataloguePopularity(counts, subject.catalogue, subject.scan.size())
            : null;
    this.everyCases = Math.max(1, Math.ceilDiv(protocol.cases(), Detail.MOST_LISTS));
  }

  /// Ranks every case.
  ///
  /// @param workers threads that rank, at least 1
  /// @param progress told the number of cases done
  public Outcome run(int workers, IntConsumer progress) {
    List<Outcome> parts = new ArrayList<>();
    List<CaseRanker> rankers = new ArrayList<>();
    for (int w = 0; w < workers; w++) {
      parts.add(outcome());
      rankers.add(new CaseRanker(subject.scan));
    }
    int batchUsers = WORKER_USERS * workers;
    try (ExecutorService executor = Executors.newFixedThreadPool(workers)) {
      for (int first = 0; first < protocol.cases(); first += batchUsers) {
        int count = Math.min(batchUsers, protocol.cases() - first);
        List<Case> cases = encode(first, count);
        List<Future<?>> running = new ArrayList<>();
        for (int w = 0; w < workers; w++) {
          int worker = w;
          List<Case> share =
              cases.subList(
                  (int) ((long) count * w / workers), (int) ((long) count * (w + 1) / workers));
          running.add(executor.submit(() -> rank(share, rankers.get(worker), parts.get(worker))));
        }
        for (Future<?> share : running) {
          share.get();
        }
        progress.accept(first + count);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("ranking failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("evaluation was interrupted", e);
    }
    Outcome total = parts.getFirst();
    parts.subList(1, workers).forEach(total::addAll);
    return total;
  }

  private Outcome outcome() {
    return new Outcome(
        filters, subject.search, subject.index != null, detail.slicings(), cataloguePopularity);
  }

  /// One user of the batch, in the rows of the log and of the catalogue. `user` is null where no
  /// event is known to the model, so that it has nothing to go by.
  private record Case(
      int number,
      UserHistory logHistory,
      int logTarget,
      UserHistory catalogueHistory,
      int target,
      float @Nullable [] user) {

    boolean isRankable() {
      return user != null && target != 0;
    }
  }

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

  private void rank(List<Case> cases, CaseRanker ranker, Outcome outcome) {
    float[][] users = new float[cases.size()][];
    int[] targets = new int[cases.size()];
    int rankable = 0;
    for (Case one : cases) {
      float[] user = one.user;
      if (user != null && one.target != 0) {
        users[rankable] = user;
        targets[rankable++] = one.target - 1;
      }
    }
    int[] better =
        ranker.countBetter(Arrays.copyOf(users, rankable), Arrays.copyOf(targets, rankable));
    int next = 0;
    for (Case one : cases) {
      rank(one, one.isRankable() ? better[next++] : 0, ranker, outcome);
    }
  }

  private void rank(Case one, int better, CaseRanker ranker, Outcome outcome) {
    if (one.target == 0) {
      outcome.unknownTargets++;
    }
    int[] parts = new int[detail.slicings().size()];
    for (int s = 0; s < parts.length; s++) {
      parts[s] = detail.slicings().get(s).part(one.number, one.logHistory);
    }
    for (SeenFilter filter : filters) {
      rank(one, filter, better, ranker, outcome.sums(filter), parts);
    }
  }

  private void rank(
      Case one, SeenFilter filter, int better, CaseRanker ranker, FilterSums sums, int[] parts) {
    float[] user = one.user;
    sums.addPopularity(popularity.rank(one.logHistory, one.logTarget, filter, window));
    if (user == null || one.target == 0) {
      sums.addMiss(parts);
      listener.ranked(one.number, filter, 0, 0);
      return;
    }
    int target = one.target - 1;
    RoaringBitmap seen =
        CaseRanker.seenRows(
            one.catalogueHistory, filter.start(one.catalogueHistory.length(), window));
    long exact;
    if (detail.ranked().all()) {
      exact = ranker.exactRank(user, target, better, seen);
    } else {
      exact = ranker.rankAmong(user, target, rankedRows, seen);
      seen.or(otherRows);
    }
    boolean looked = one.number % everyCases == 0;
    ItemIndex index = subject.index;
    long[] throughIndex = new long[FilterSums.INDEX_MEASURES];
    if (index != null) {
      Candidates truth = looked ? ranker.exactBest(user, RankingMetrics.DEEPEST, seen) : null;
      Candidates answer =
          ranker.rankThrough(index, sums.throughIndex(), user, target, seen, truth, throughIndex);
      listener.answered(one.number, user, answer);
      if (looked) {
        ranker.addList(sums.lists(), answer, target);
      }
    } else if (looked && !sums.lists().isEmpty()) {
      int k = Detail.LIST_LENGTHS[Detail.LIST_LENGTHS.length - 1];
      ranker.addList(sums.lists(), ranker.exactBest(user, k, seen), target);
    }
    sums.addExact(exact, throughIndex[0], parts);
    listener.ranked(one.number, filter, exact, throughIndex[0]);
  }
}
