package dev.hstu.encoder.training;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;

/// Chooses among the epochs of a training. The caller brings the measure (mostly a hit rate on the
/// validation events that `holdOut=2` keeps away from training); the weights of the epoch with the
/// highest score become the model.
public interface ModelSelection {

  /// Keeps the last epoch's weights, looking at none.
  ModelSelection LAST_EPOCH =
      new ModelSelection() {
        @Override
        public boolean isDue(int epoch, int epochs) {
          return false;
        }

        @Override
        public double score(int epoch, Model candidate, UserEncoder encoder) {
          throw new IllegalStateException("no epoch is due");
        }
      };

  /// Whether to score the weights as they are after `epoch` (from 1) of `epochs`. Where none is due
  /// the last epoch's weights are kept.
  boolean isDue(int epoch, int epochs);

  /// The score of a candidate, higher is better; NaN is refused. Must depend on the candidate
  /// alone, so that a resumed training chooses as an uninterrupted one.
  ///
  /// @param candidate a copy of the weights; usable until this returns
  /// @param encoder over those weights, closed by the training
  double score(int epoch, Model candidate, UserEncoder encoder);
}
