package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.training.ModelSelection;
import dev.hstu.kernels.tables.IdTable;
import java.util.function.BiConsumer;

/// Chooses the epoch whose NDCG@100 on the validation events (each user's last but one) is highest.
/// The test events take no part in the choice. NDCG@100 because retrieval hands on hundreds of
/// items, and because it moves less from epoch to epoch than a hit rate does.
public final class ValidationSelection implements ModelSelection {

  private static final int CUTOFF = 100;

  private final EpochMeasure measure;
  private final int everyEpochs;
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
    this.measure = new EpochMeasure(log, items, LeaveOneOut.Target.VALIDATION, workers);
    this.everyEpochs = everyEpochs;
    this.listener = listener;
  }

  @Override
  public boolean isDue(int epoch, int epochs) {
    return epoch % everyEpochs == 0 || epoch == epochs;
  }

  @Override
  public double score(int epoch, Model candidate, UserEncoder encoder) {
    RankingMetrics.Summary metrics = measure.of(candidate, encoder);
    listener.accept(epoch, metrics);
    return metrics.ndcgAt(CUTOFF);
  }
}
