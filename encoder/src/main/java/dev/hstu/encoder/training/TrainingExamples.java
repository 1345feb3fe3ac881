package dev.hstu.encoder.training;

import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.InteractionLog;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// One example a user and epoch: the kept window of the events before a target, and the target,
/// which is the newest event not held out unless [ExampleSettings] say otherwise. Every event of
/// the window predicts its successor.
final class TrainingExamples {

  private final InteractionLog log;
  private final HistoryWindow window;
  private final int holdOut;
  private final ExampleSettings settings;
  private final ModelFeatures features;
  private final RandomStreams random;
  private final int[] users;
  private final EpochExamples newest;

  /// @param holdOut newest events of each user that training doesn't see
  /// @param features of the model
  /// @param random draws the windows of an epoch
  TrainingExamples(
      InteractionLog log,
      HistoryWindow window,
      int holdOut,
      ExampleSettings settings,
      ModelFeatures features,
      RandomStreams random) {
    this.log = log;
    this.window = window;
    this.holdOut = holdOut;
    this.settings = settings;
    this.features = features;
    this.random = random;
    this.users =
        IntStream.range(0, log.users()).filter(user -> log.length(user) >= 2 + holdOut).toArray();
    this.newest = newest();
  }

  int count() {
    return users.length;
  }

  /// Events of each example's user that training may see, its target among them.
  int[] known() {
    return Arrays.stream(users).map(user -> log.length(user) - holdOut).toArray();
  }

  /// Users with no event before their target, or no target.
  int skippedUsers() {
    return log.users() - users.length;
  }

  /// The examples of an epoch, from 0: the same whenever it is asked for.
  EpochExamples of(int epoch) {
    return settings.fixed() ? newest : drawn(random.windows(epoch));
  }

  private EpochExamples newest() {
    int[] targets = new int[users.length];
    int[] lengths = new int[users.length];
    for (int example = 0; example < users.length; example++) {
      targets[example] = newestTarget(example);
      lengths[example] = kept(example, targets[example]);
    }
    return new EpochExamples(log, users, targets, lengths, settings.leastAction(), features);
  }

  private EpochExamples drawn(SplittableRandom draws) {
    int[] targets = new int[users.length];
    int[] lengths = new int[users.length];
    for (int example = 0; example < users.length; example++) {
      targets[example] = target(example, draws);
      lengths[example] = cut(kept(example, targets[example]), draws);
    }
    return new EpochExamples(log, users, targets, lengths, settings.leastAction(), features);
  }

  /// Tokens that the window holds before a target.
  private int kept(int example, int target) {
    int user = users[example];
    int events = target - log.start(user);
    return log.series().isEmpty()
        ? window.kept(events)
        : Math.min(
            window.maxEvents(), events + log.series().of(user).countUntil(log.times()[target]));
  }

  /// Index of an example's target in the log: the newest, or any that a full window precedes.
  private int target(int example, SplittableRandom draws) {
    int newestTarget = newestTarget(example);
    int earliest = log.start(users[example]) + window.maxEvents();
    boolean earlier = newestTarget > earliest && draws.nextDouble() < settings.earlierWindows();
    return earlier ? draws.nextInt(earliest, newestTarget + 1) : newestTarget;
  }

  /// Stochastic Length.
  private int cut(int length, SplittableRandom draws) {
    double kept = Math.pow(window.maxEvents(), settings.stochasticLength() / 2);
    double whole = kept * kept / ((double) length * length);
    int cut = Math.max((int) kept, log.series().columns().size() + 1);
    return length > kept && draws.nextDouble() >= whole ? Math.min(cut, length) : length;
  }

  private int newestTarget(int example) {
    int user = users[example];
    return log.start(user) + log.length(user) - 1 - holdOut;
  }
}
