package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.training.ModelSelection;
import dev.hstu.kernels.tables.IdTable;
import java.util.function.BiConsumer;

/// Measures the test events along the way, to be read and not to be chosen by: what another
/// selection chooses stays as it is, and without one the last epoch's weights are kept.
public final class TestWatch implements ModelSelection {

  private final ModelSelection selection;
  private final EpochMeasure measure;
  private final int everyEpochs;
  private final BiConsumer<Integer, RankingMetrics.Summary> listener;

  /// @param selection that chooses; [ModelSelection#LAST_EPOCH] for none
  /// @param items the vocabulary that the log's rows belong to
  /// @param everyEpochs how often to look; the last epoch is always looked at
  /// @param listener told epoch and metrics each time
  public TestWatch(
      ModelSelection selection,
      InteractionLog log,
      IdTable items,
      int everyEpochs,
      int workers,
      BiConsumer<Integer, RankingMetrics.Summary> listener) {
    if (everyEpochs < 1) {
      throw new IllegalArgumentException("everyEpochs=" + everyEpochs + " must be at least 1");
    }
    this.selection = selection;
    this.measure = new EpochMeasure(log, items, LeaveOneOut.Target.TEST, workers);
    this.everyEpochs = everyEpochs;
    this.listener = listener;
  }

  @Override
  public boolean isDue(int epoch, int epochs) {
    return epoch % everyEpochs == 0 || epoch == epochs;
  }

  /// The selection's own score; without one the epoch's number, so that the last is the highest.
  @Override
  public double score(int epoch, Model candidate, UserEncoder encoder) {
    listener.accept(epoch, measure.of(candidate, encoder));
    return selection == ModelSelection.LAST_EPOCH
        ? epoch
        : selection.score(epoch, candidate, encoder);
  }
}
