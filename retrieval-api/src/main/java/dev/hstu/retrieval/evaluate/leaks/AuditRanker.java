package dev.hstu.retrieval.evaluate.leaks;

import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.retrieval.evaluate.CaseRanker;
import dev.hstu.retrieval.evaluate.Evaluation;
import dev.hstu.retrieval.evaluate.RankingMetrics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.roaringbitmap.RoaringBitmap;

/// Ranks the cases of an audit as they are presented: among their candidates, without what they
/// exclude. Bounded batches, as [Evaluation] has them.
final class AuditRanker {

  /// Users encoded and ranked at a time.
  private static final int BATCH_USERS = 64;

  private final Evaluation.Subject subject;
  private final int workers;
  private final LongConsumer progress;
  private long ranked;

  AuditRanker(Evaluation.Subject subject, int workers, LongConsumer progress) {
    this.subject = subject;
    this.workers = workers;
    this.progress = progress;
  }

  RankingMetrics.Summary rank(Audit audit) {
    RankingMetrics total = new RankingMetrics();
    List<CaseRanker> rankers = new ArrayList<>();
    for (int w = 0; w < workers; w++) {
      rankers.add(new CaseRanker(subject.scan()));
    }
    int cases = audit.cases().size();
    try (ExecutorService executor = Executors.newFixedThreadPool(workers)) {
      for (int first = 0; first < cases; first += BATCH_USERS * workers) {
        List<Future<RankingMetrics>> shares = new ArrayList<>();
        for (int w = 0; w < workers; w++) {
          int from = Math.min(cases, first + w * BATCH_USERS);
          int to = Math.min(cases, from + BATCH_USERS);
          CaseRanker ranker = rankers.get(w);
          shares.add(executor.submit(() -> rank(audit, from, to, ranker)));
        }
        for (Future<RankingMetrics> share : shares) {
          total.addAll(share.get());
        }
        ranked += Math.min(BATCH_USERS * workers, cases - first);
        progress.accept(ranked);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("ranking failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the audit was interrupted", e);
    }
    return total.summary();
  }

  private RankingMetrics rank(Audit audit, int from, int to, CaseRanker ranker) {
    RankingMetrics metrics = new RankingMetrics();
    List<AuditCase> rankable = new ArrayList<>();
    List<UserHistory> histories = new ArrayList<>();
    for (int c = from; c < to; c++) {
      AuditCase one = audit.cases().get(c);
      UserHistory history = subject.rows().map(one.history());
      if (history.length() == 0 || subject.catalogue().map(one.target()) == 0) {
        metrics.addMiss();
      } else {
        rankable.add(one);
        histories.add(history);
      }
    }
    if (rankable.isEmpty()) {
      return metrics;
    }
    float[][] users = encode(histories);
    int[] targets =
        rankable.stream().mapToInt(one -> subject.catalogue().map(one.target()) - 1).toArray();
    int[] better = ranker.countBetter(users, targets);
    for (int i = 0; i < targets.length; i++) {
      AuditCase one = rankable.get(i);
      RoaringBitmap excluded = excluded(audit, one);
      int[] candidates = one.candidates();
      long rank =
          candidates == null
              ? ranker.exactRank(users[i], targets[i], better[i], excluded)
              : ranker.rankAmong(users[i], targets[i], rows(candidates), excluded);
      if (rank == 0) {
        metrics.addMiss();
      } else {
        metrics.add(rank);
      }
    }
    return metrics;
  }

  private float[][] encode(List<UserHistory> histories) {
    HistoryWindow window = subject.encoder().config().window();
    int d = subject.encoder().config().embeddingDim();
    float[] flat = new float[histories.size() * d];
    subject.encoder().encode(HistoryBatch.of(histories, window), flat);
    float[][] users = new float[histories.size()][];
    Arrays.setAll(users, i -> Arrays.copyOfRange(flat, i * d, (i + 1) * d));
    return users;
  }

  private RoaringBitmap excluded(Audit audit, AuditCase one) {
    int[] listed = one.excluded();
    if (listed != null) {
      return rows(listed);
    }
    UserHistory seen = subject.catalogue().map(one.history());
    return CaseRanker.seenRows(seen, audit.seen().start(seen.length(), audit.window()));
  }

  /// Catalogue rows from 0 of item rows of the data; items the catalogue lacks are left out.
  private RoaringBitmap rows(int[] items) {
    RoaringBitmap rows = new RoaringBitmap();
    for (int item : items) {
      int row = subject.catalogue().map(item);
      if (row != 0) {
        rows.add(row - 1);
      }
    }
    return rows;
  }
}
