package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.index.search.ExactScan;
import dev.hstu.kernels.tables.IdTable;
import java.util.List;

/// Measures the weights of one epoch while a training goes on: every case of the protocol against
/// the whole catalogue, `exclude=window`.
final class EpochMeasure {

  private static final SeenFilter FILTER = SeenFilter.WINDOW;

  private final LeaveOneOut protocol;
  private final InteractionLog log;
  private final IdTable items;
  private final int workers;

  /// @param items the vocabulary that the log's rows belong to
  EpochMeasure(InteractionLog log, IdTable items, LeaveOneOut.Target target, int workers) {
    this.protocol = new LeaveOneOut(log, target);
    this.log = log;
    this.items = items;
    this.workers = workers;
  }

  RankingMetrics.Summary of(Model candidate, UserEncoder encoder) {
    Evaluation.Subject subject =
        new Evaluation.Subject(
            encoder,
            new ExactScan(ModelVectors.of(candidate)),
            null,
            RowMapping.between(items, log, candidate));
    return new Evaluation(subject, protocol, items.size(), List.of(FILTER))
        .run(workers, done -> {})
        .exact(FILTER);
  }
}
