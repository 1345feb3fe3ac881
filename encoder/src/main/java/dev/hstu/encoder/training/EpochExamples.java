package dev.hstu.encoder.training;

import dev.hstu.encoder.compute.torch.PaddedExamples;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.sequence.InteractionLog;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// The examples of one epoch. The arrays are its own.
///
/// @param targets index of each example's target in the log
/// @param lengths events before the target that belong to the example, `L`
/// @param leastAction an event with a lower action is no target
/// @param features of the model
record EpochExamples(
    InteractionLog log, int[] targets, int[] lengths, double leastAction, ModelFeatures features) {

  /// Events of an example's window, `L`.
  int length(int example) {
    return lengths[example];
  }

  /// Positions of an example that have a target, at most [#length].
  int supervised(int example) {
    int last = targets[example];
    int count = 0;
    for (int event = last - lengths[example] + 1; event <= last; event++) {
      count += isTarget(event) ? 1 : 0;
    }
    return count;
  }

  /// How many there are.
  int count() {
    return targets.length;
  }

  /// Item rows of an example's targets, one for each supervised position.
  int[] targetItems(int example) {
    int last = targets[example];
    return IntStream.rangeClosed(last - lengths[example] + 1, last)
        .filter(this::isTarget)
        .map(event -> log.items()[event])
        .toArray();
  }

  private boolean isTarget(int event) {
    return log.actions()[event] >= leastAction;
  }

  /// Lays examples side by side and draws their negatives.
  ///
  /// @param examples the longest first
  PaddedExamples padded(int[] examples, EpochNegatives.Step negatives, SplittableRandom random) {
    int length = length(examples[0]);
    int slots = length + 1;
    long[] ids = new long[examples.length * slots];
    long[] times = new long[ids.length];
    long[] actions = new long[features.actionRows() == 0 ? 0 : examples.length * length];
    float[] weights = new float[examples.length * length];
    for (int b = 0; b < examples.length; b++) {
      int target = targets[examples[b]];
      int events = length(examples[b]);
      for (int i = 0; i <= events; i++) {
        ids[b * slots + i] = log.items()[target - events + i];
        times[b * slots + i] = log.times()[target - events + i];
      }
      for (int i = 0; i < events; i++) {
        weights[b * length + i] = isTarget(target - events + i + 1) ? 1 : 0;
        if (actions.length > 0) {
          actions[b * length + i] = features.actionRow(log.actions()[target - events + i]);
        }
      }
    }
    long[] drawn = negatives.draw(examples.length, length, random);
    return new PaddedExamples(
        examples.length,
        length,
        ids,
        times,
        actions,
        weights,
        drawn,
        negatives.corrections(drawn),
        negatives.perPosition());
  }
}
