package dev.hstu.encoder.training;

import dev.hstu.encoder.compute.torch.PaddedExamples;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.InteractionLog;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// One example a user: the kept window of the events before the target, and the target, which is
/// the newest event not held out. Every event of the window predicts its successor.
final class TrainingExamples {

  private final InteractionLog log;
  private final HistoryWindow window;
  private final int holdOut;
  private final int[] users;

  /// @param holdOut newest events of each user that training doesn't see
  TrainingExamples(InteractionLog log, HistoryWindow window, int holdOut) {
    this.log = log;
    this.window = window;
    this.holdOut = holdOut;
    this.users =
        IntStream.range(0, log.users()).filter(user -> log.length(user) >= 2 + holdOut).toArray();
  }

  int count() {
    return users.length;
  }

  /// Users with no event before their target, or no target.
  int skippedUsers() {
    return log.users() - users.length;
  }

  /// Events of an example's window, `L`, each a supervised position.
  int length(int example) {
    return window.kept(target(example) - log.start(users[example]));
  }

  /// Lays examples side by side and draws their negatives.
  ///
  /// @param examples the longest first
  PaddedExamples padded(
      int[] examples,
      int items,
      int negatives,
      NegativeSampling sampling,
      SplittableRandom random) {
    int length = length(examples[0]);
    int slots = length + 1;
    long[] ids = new long[examples.length * slots];
    long[] times = new long[ids.length];
    float[] weights = new float[examples.length * length];
    for (int b = 0; b < examples.length; b++) {
      int target = target(examples[b]);
      int events = length(examples[b]);
      for (int i = 0; i <= events; i++) {
        ids[b * slots + i] = log.items()[target - events + i];
        times[b * slots + i] = log.times()[target - events + i];
      }
      Arrays.fill(weights, b * length, b * length + events, 1f);
    }
    int draws = sampling == NegativeSampling.PER_USER ? examples.length : examples.length * length;
    long[] drawn = random.longs((long) draws * negatives, 1, items + 1L).toArray();
    return new PaddedExamples(examples.length, length, ids, times, weights, drawn, negatives);
  }

  /// Index of an example's target in the log.
  private int target(int example) {
    int user = users[example];
    return log.start(user) + log.length(user) - 1 - holdOut;
  }
}
