package dev.hstu.encoder.model;

import java.util.List;

/// The shapes of one network, whatever its architecture. What only one architecture has is in its
/// own record.
///
/// | here | HSTU.md |
/// |---|---|
/// | `outputSlots` | `Nout` |
/// | `heads` | `h` |
/// | `blocks` | `b` |
public sealed interface NetworkConfig extends ModelConfig permits HstuConfig, SasRecConfig {

  /// Bound on every width; the widest public model has 512.
  int MAX_WIDTH = 1_024;

  /// Bound on heads; public models have at most 8.
  int MAX_HEADS = 64;

  /// Bound on blocks; the deepest public model has 24.
  int MAX_BLOCKS = 64;

  int outputSlots();

  int heads();

  int blocks();

  /// Divides scores in training only.
  double temperature();

  /// Added to the variances of layer norms.
  double normEpsilon();

  @Override
  NetworkConfig withItems(int count);

  /// The same shapes with scores divided by another temperature in training.
  ///
  /// @throws IllegalArgumentException when it isn't above 0 and finite
  NetworkConfig withTemperature(double divisor);

  /// The same shapes with other features.
  NetworkConfig withFeatures(ModelFeatures known);

  @Override
  default List<NetworkConfig> networks() {
    return List.of(this);
  }

  @Override
  default String inWords() {
    return "D=%d, %d blocks of %d heads".formatted(embeddingDim(), blocks(), heads());
  }

  /// `N = Nmax + Nout`, the rows of the position table.
  default int slots() {
    return maxEvents() + outputSlots();
  }

  /// Checks one number.
  ///
  /// @throws IllegalArgumentException naming the value and its range
  static void requireWithin(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s=%d must be within %d..%d".formatted(name, value, least, most));
    }
  }

  /// Checks that the tokens of series leave room for events.
  ///
  /// @throws IllegalArgumentException naming what has to give way
  static void requireRoomForSeries(ModelFeatures features, int maxEvents, int windowHop) {
    int series = features.series().size();
    if (series >= maxEvents) {
      throw new IllegalArgumentException(
          "%d series fill the window of maxEvents=%d; keep more events or leave some out"
              .formatted(series, maxEvents));
    }
    if (series > 0 && windowHop > 1) {
      throw new IllegalArgumentException(
          "windowHop=%d must be 1 for a model that reads series, whose window moves by tokens"
              .formatted(windowHop));
    }
  }

  /// @throws IllegalArgumentException when a temperature isn't above 0 and finite
  static void requireTemperature(double temperature) {
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "temperature=%s must be above 0 and finite, 0.05 is usual".formatted(temperature));
    }
  }
}
