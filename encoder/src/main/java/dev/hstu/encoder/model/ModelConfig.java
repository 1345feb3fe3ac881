package dev.hstu.encoder.model;

import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.RequestInterval;

/// The shapes of one model, whatever its architecture; constants of the model, never of a request.
/// What only one architecture has is in its own record.
///
/// | here | HSTU.md |
/// |---|---|
/// | `items` | `V` |
/// | `maxEvents` | `Nmax` |
/// | `outputSlots` | `Nout` |
/// | `embeddingDim` | `D` |
/// | `heads` | `h` |
/// | `blocks` | `b` |
public sealed interface ModelConfig permits HstuConfig, SasRecConfig {

  /// Bound on kept events; attention is quadratic in it.
  int MAX_EVENTS = 16_384;

  /// Bound on every width; the widest public model has 512.
  int MAX_WIDTH = 1_024;

  /// Bound on heads; public models have at most 8.
  int MAX_HEADS = 64;

  /// Bound on blocks; the deepest public model has 24.
  int MAX_BLOCKS = 64;

  /// The least norm of an embedding.
  double EPSILON = 1e-6;

  /// `V`; item rows are `1..V`.
  int items();

  int maxEvents();

  int outputSlots();

  int embeddingDim();

  int heads();

  int blocks();

  /// Divides scores in training only.
  double temperature();

  /// See [HistoryWindow], 1 in the public experiments.
  int windowHop();

  /// What is known of an event beside item, place and time.
  ModelFeatures features();

  /// Added to the variances of layer norms.
  double normEpsilon();

  /// Whether the model reads the times of events and of the request; a user embedding of one that
  /// doesn't is the same at any request time.
  boolean readsTimes();

  /// The same shapes over another catalogue size.
  ModelConfig withItems(int count);

  /// The same shapes with scores divided by another temperature in training.
  ///
  /// @throws IllegalArgumentException when it isn't above 0 and finite
  ModelConfig withTemperature(double divisor);

  /// The same shapes with other features.
  ModelConfig withFeatures(ModelFeatures known);

  /// `N = Nmax + Nout`, the rows of the position table.
  default int slots() {
    return maxEvents() + outputSlots();
  }

  /// Rows that a token may have, beside padding: those of the items, and behind them the values of
  /// slow series.
  default int tokenRows() {
    return items() + features().seriesRows();
  }

  default HistoryWindow window() {
    return new HistoryWindow(maxEvents(), windowHop());
  }

  /// The request times around one at which a history's user embedding stays the same, to the bit.
  ///
  /// @param times of the kept events, read from `start` to before `end`
  default RequestInterval sameEmbedding(long[] times, int start, int end, long requestTime) {
    return readsTimes()
        ? RequestInterval.around(times, start, end, requestTime)
        : RequestInterval.ALWAYS;
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
