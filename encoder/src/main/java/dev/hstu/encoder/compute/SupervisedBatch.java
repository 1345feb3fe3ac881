package dev.hstu.encoder.compute;

import dev.hstu.encoder.sequence.HistoryBatch;

/// Histories, the item to predict at every event, and the negatives drawn for it; every event of
/// the batch is supervised. Rows are the batch's rows, users end to end without padding.
///
/// The arrays are shared, not copied.
///
/// @param histories the inputs; their request times are the times of the last targets
/// @param targets int[rows], the item row `1..V` that follows each event: the next event's, and
///     after a user's last event the held-out item
/// @param negatives int[rows·R], row-major, item rows `1..V`; one equal to its row's target is
///     masked by the loss
/// @param negativesPerRow `R`, at least 1
/// @param secondTargetWeight of the next event's target, which an event predicts besides its own,
///     within 0..1; 0 for its own alone. A user's last event has no other
public record SupervisedBatch(
    HistoryBatch histories,
    int[] targets,
    int[] negatives,
    int negativesPerRow,
    double secondTargetWeight) {

  public SupervisedBatch {
    int rows = histories.items().length;
    if (targets.length != rows) {
      throw new IllegalArgumentException(
          "targets has %d entries; the batch has %d events".formatted(targets.length, rows));
    }
    if (negativesPerRow < 1 || negatives.length != (long) rows * negativesPerRow) {
      throw new IllegalArgumentException(
          "negatives has %d entries; %d events with %d each are needed"
              .formatted(negatives.length, rows, negativesPerRow));
    }
    if (!(secondTargetWeight >= 0 && secondTargetWeight <= 1)) {
      throw new IllegalArgumentException(
          "secondTargetWeight=%s must be within 0..1, 0 for none".formatted(secondTargetWeight));
    }
  }

  /// Every event predicts its own target alone.
  public SupervisedBatch(
      HistoryBatch histories, int[] targets, int[] negatives, int negativesPerRow) {
    this(histories, targets, negatives, negativesPerRow, 0);
  }

  public int rows() {
    return targets.length;
  }
}
