package dev.hstu.encoder.training;

/// Which events of a user become the example of an epoch, and which of them are targets.
///
/// @param earlierWindows probability that a user with more events than a window holds is met, this
///     epoch, at a window drawn from the whole history instead of at the newest one, in `[0, 1]`.
///     The public experiments never see an event before the newest window
/// @param stochasticLength `α` in (1, 2] (HSTU.md, "Stochastic Length", arXiv 2402.17152, 3.2): a
///     window longer than `Nmax^(α/2)` is cut to that many of its newest events with probability
///     `1 - Nmax^α / L²`; 2 cuts nothing
/// @param leastAction an event whose action is below it is input and no target (HSTU.md,
///     "Retrieval supervision")
/// @param longUserEvents a user of more known events is met by an epoch with probability
///     `longUserEvents` over their number ([EpochOrder]), at least 1; [#EVERY_USER] meets all
public record ExampleSettings(
    double earlierWindows, double stochasticLength, double leastAction, int longUserEvents) {

  /// Every event is a target.
  public static final double ANY_ACTION = -Double.MAX_VALUE;

  /// No user is long.
  public static final int EVERY_USER = Integer.MAX_VALUE;

  /// Those of the public experiments.
  public static final ExampleSettings PUBLIC = new ExampleSettings(0, 2, ANY_ACTION, EVERY_USER);

  public ExampleSettings {
    TrainingSettings.require(
        earlierWindows >= 0 && earlierWindows <= 1,
        "earlierWindows",
        earlierWindows,
        "within 0..1, 0 takes the newest window always");
    TrainingSettings.require(
        stochasticLength > 1 && stochasticLength <= 2,
        "stochasticLength",
        stochasticLength,
        "above 1 and at most 2, 2 cuts nothing");
    TrainingSettings.require(Double.isFinite(leastAction), "leastAction", leastAction, "a number");
    TrainingSettings.require(
        longUserEvents >= 1,
        "longUserEvents",
        longUserEvents,
        "at least 1, a few times the usual user's events");
  }

  public ExampleSettings withEarlierWindows(double probability) {
    return new ExampleSettings(probability, stochasticLength, leastAction, longUserEvents);
  }

  public ExampleSettings withStochasticLength(double alpha) {
    return new ExampleSettings(earlierWindows, alpha, leastAction, longUserEvents);
  }

  public ExampleSettings withLeastAction(double action) {
    return new ExampleSettings(earlierWindows, stochasticLength, action, longUserEvents);
  }

  public ExampleSettings withLongUserEvents(int events) {
    return new ExampleSettings(earlierWindows, stochasticLength, leastAction, events);
  }

  /// Whether a user's example is the same in every epoch that meets it.
  boolean fixed() {
    return earlierWindows == 0 && stochasticLength == 2;
  }
}
