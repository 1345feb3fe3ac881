package dev.hstu.index.tune;

import dev.hstu.index.search.IndexSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What a tuning found.
///
/// @param goal it was after
/// @param items of the whole catalogue
/// @param dimension of its vectors
/// @param queries measured on
/// @param standIns whether those were made of items, for want of real ones
/// @param samples every measurement, by size of the sample
/// @param options what goes on to the larger sample, extrapolated to all items; fastest first
/// @param seconds it took
public record Tuning(
    TuningGoal goal,
    int items,
    int dimension,
    int queries,
    boolean standIns,
    List<MeasuredIndex> samples,
    List<TunedOption> options,
    double seconds) {

  public Tuning {
    samples = List.copyOf(samples);
    options = List.copyOf(options);
  }

  /// The option chosen, absent where none meets the goal.
  public Optional<TunedOption> choice() {
    return options.stream()
        .filter(option -> option.outcome() == TunedOption.Outcome.CHOSEN)
        .findFirst();
  }

  /// The settings to build with.
  ///
  /// @throws UnreachableGoalException naming the nearest option where none meets the goal
  public IndexSettings chosen() throws UnreachableGoalException {
    return choice().orElseThrow(() -> new UnreachableGoalException(this)).settings();
  }

  /// The ways of searching that no other beats in recall and in time at once, cheapest first: of
  /// the larger sample.
  public List<Dominant> paretoFront() {
    int largest = samples.stream().mapToInt(MeasuredIndex::rows).max().orElse(0);
    List<Dominant> all = new ArrayList<>();
    for (MeasuredIndex sample : samples) {
      if (sample.rows() == largest) {
        sample.points().forEach(point -> all.add(new Dominant(sample.settings(), point)));
      }
    }
    all.sort(
        Comparator.comparingDouble((Dominant d) -> d.point().p50Micros())
            .thenComparingDouble(d -> -d.point().recall()));
    List<Dominant> front = new ArrayList<>();
    for (Dominant candidate : all) {
      if (front.isEmpty() || candidate.point().recall() > front.getLast().point().recall()) {
        front.add(candidate);
      }
    }
    return front;
  }

  /// A point of the Pareto front.
  public record Dominant(IndexSettings settings, SearchPoint point) {}
}
