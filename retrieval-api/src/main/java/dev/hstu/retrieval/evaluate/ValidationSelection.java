package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.training.ModelSelection;
import dev.hstu.index.search.ExactScan;
import dev.hstu.kernels.tables.IdTable;
import java.util.List;
import java.util.function.BiConsumer;

/// Chooses the epoch whose NDCG@100 on the validation events (each user's last but one) is highest.
/// The test events are not looked at. NDCG@100 because retrieval hands on hundreds of items, and
/// because it moves less from epoch to epoch than a hit rate does.
public final class ValidationSelection implements ModelSelection {

  private static final int CUTOFF = 100;
  private static final SeenFilter FILTER = SeenFilter.WINDOW;

  private final LeaveOneOut protocol;
  private final IdTable items;
  private final int everyEpochs;
  private final int workers;
  private final BiConsumer<Integer, RankingMetrics.Summary> listener;

  /// @param items the vocabulary that the log's rows belong to
  /// @param everyEpochs how often to look; the last epoch is always looked at
  /// @param listener told epoch and metrics each time
  public ValidationSelection(
      InteractionLog log,
      IdTable items,
      int everyEpochs,
      int workers,
      BiConsumer<Integer, RankingMetrics.Summary> listener) {
    if (everyEpochs < 1) {
      throw new IllegalArgumentException("everyEpochs=" + everyEpochs + " must be at least 1");
    }
    this.protocol = new LeaveOneOut(log, LeaveOneOut.Target.VALIDATION);
    this.items = items;
    this.everyEpochs = everyEpochs;
    this.workers = workers;
    this.listener = listener;
  }

  @Override
  public boolean isDue(int epoch, int epochs) {
    return epoch % everyEpochs == 0 || epoch == epochs;
  }

  @Override
  public double score(int epoch, Model candidate, UserEncoder encoder) {
    Evaluation.Subject subject =
        new Evaluation.Subject(
            encoder,
            new ExactScan(ModelVectors.of(candidate)),
            null,
            RowMapping.between(items, candidate.vocabulary()));
    RankingMetrics.Summary metrics =
        new Evaluation(subject, protocol, items.size(), List.of(FILTER))
            .run(workers, done -> {})
            .exact(FILTER);
    listener.accept(epoch, metrics);
    return metrics.ndcgAt(CUTOFF);
  }
}
