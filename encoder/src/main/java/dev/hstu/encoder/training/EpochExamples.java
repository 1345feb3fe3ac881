package dev.hstu.encoder.training;

import dev.hstu.encoder.compute.torch.PaddedExamples;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// The examples of one epoch. The arrays are its own.
///
/// @param users whose each example is
/// @param targets index of each example's target in the log
/// @param lengths tokens before the target that belong to the example, `L`: events, and where there
///     are series their entries
/// @param leastAction an event with a lower action is no target
/// @param features of the model
record EpochExamples(
    InteractionLog log,
    int[] users,
    int[] targets,
    int[] lengths,
    double leastAction,
    ModelFeatures features) {

  /// Tokens of an example's window, `L`.
  int length(int example) {
    return lengths[example];
  }

  /// Positions of an example that have a target, at most [#length].
  int supervised(int example) {
    return targetItems(example).length;
  }

  /// How many there are.
  int count() {
    return targets.length;
  }

  /// Item rows of an example's targets, one for each supervised position.
  int[] targetItems(int example) {
    UserHistory tokens = tokens(example);
    IntStream earlier =
        IntStream.range(1, tokens.length())
            .filter(i -> isTarget(tokens.actions()[i]))
            .map(i -> tokens.items()[i]);
    IntStream last =
        IntStream.of(targets[example])
            .filter(event -> isTarget(log.actions()[event]))
            .map(event -> log.items()[event]);
    return IntStream.concat(earlier, last).toArray();
  }

  /// Whether an event with this action is a target. A token of a series has the action NaN, which
  /// is none: a position before a non-item token has no target.
  private boolean isTarget(float action) {
    return action >= leastAction;
  }

  /// The window of an example: what was known just before its target.
  private UserHistory tokens(int example) {
    int target = targets[example];
    int user = users[example];
    int from = log.series().isEmpty() ? target - lengths[example] : log.start(user);
    return new UserHistory(
            Arrays.copyOfRange(log.items(), from, target),
            Arrays.copyOfRange(log.times(), from, target),
            Arrays.copyOfRange(log.actions(), from, target),
            log.times()[target],
            log.series().of(user))
        .merged(new HistoryWindow(lengths[example], 1));
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
      UserHistory tokens = tokens(examples[b]);
      for (int i = 0; i < events; i++) {
        ids[b * slots + i] = tokens.items()[i];
        times[b * slots + i] = tokens.times()[i];
        float next = i + 1 < events ? tokens.actions()[i + 1] : log.actions()[target];
        weights[b * length + i] = isTarget(next) ? 1 : 0;
        if (actions.length > 0) {
          actions[b * length + i] = features.actionRow(tokens.actions()[i]);
        }
      }
      ids[b * slots + events] = log.items()[target];
      times[b * slots + events] = log.times()[target];
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
