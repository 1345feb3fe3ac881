package dev.hstu.encoder.model;

import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.TimeBuckets;

/// The shapes of one HSTU model; constants of the model, never of a request (HSTU.md, "Names").
///
/// | here | HSTU.md | paper |
/// |---|---|---|
/// | `items` | `V` | catalogue size |
/// | `maxEvents` | `Nmax` | kept events per user |
/// | `outputSlots` | `Nout` | request slot and spare |
/// | `embeddingDim` | `D` | d |
/// | `heads` | `h` | h |
/// | `queryDim` | `dqk` | per-head width of queries and keys |
/// | `valueDim` | `dv` | per-head width of values and gates |
/// | `blocks` | `b` | layers |
///
/// @param items `V`, item rows are `1..V`, at least 1
/// @param maxEvents at least 1, at most [#MAX_EVENTS]
/// @param outputSlots at least 1
/// @param embeddingDim 1..[#MAX_WIDTH]
/// @param heads 1..[#MAX_HEADS]
/// @param queryDim 1..[#MAX_WIDTH]
/// @param valueDim 1..[#MAX_WIDTH]
/// @param blocks 1..[#MAX_BLOCKS]
/// @param temperature divides scores in training only, above 0
/// @param windowHop see [HistoryWindow], 1 in the public experiments
/// @param features what is known of an event beside item, place and time; none in the public
///     experiments
public record HstuConfig(
    int items,
    int maxEvents,
    int outputSlots,
    int embeddingDim,
    int heads,
    int queryDim,
    int valueDim,
    int blocks,
    double temperature,
    int windowHop,
    ModelFeatures features) {

  /// Bound on kept events; attention is quadratic in it.
  public static final int MAX_EVENTS = 16_384;

  /// Bound on every width; the widest public model has 512.
  public static final int MAX_WIDTH = 1_024;

  /// Bound on heads; public models have at most 8.
  public static final int MAX_HEADS = 64;

  /// Bound on blocks; the deepest public model has 24.
  public static final int MAX_BLOCKS = 64;

  /// Highest time bucket; a time table has one entry more.
  public static final int TIME_BUCKETS = TimeBuckets.HIGHEST;

  /// Added to variances of layer norms, and the least norm of an embedding.
  public static final double EPSILON = 1e-6;

  public HstuConfig {
    requireWithin("items", items, 1, Integer.MAX_VALUE - 8);
    requireWithin("maxEvents", maxEvents, 1, MAX_EVENTS);
    requireWithin("outputSlots", outputSlots, 1, MAX_EVENTS);
    requireWithin("embeddingDim", embeddingDim, 1, MAX_WIDTH);
    requireWithin("heads", heads, 1, MAX_HEADS);
    requireWithin("queryDim", queryDim, 1, MAX_WIDTH);
    requireWithin("valueDim", valueDim, 1, MAX_WIDTH);
    requireWithin("blocks", blocks, 1, MAX_BLOCKS);
    requireWithin("windowHop", windowHop, 1, maxEvents);
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("temperature=" + temperature + " must be above 0");
    }
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

  /// A model without features.
  public HstuConfig(
      int items,
      int maxEvents,
      int outputSlots,
      int embeddingDim,
      int heads,
      int queryDim,
      int valueDim,
      int blocks,
      double temperature,
      int windowHop) {
    this(
        items,
        maxEvents,
        outputSlots,
        embeddingDim,
        heads,
        queryDim,
        valueDim,
        blocks,
        temperature,
        windowHop,
        ModelFeatures.NONE);
  }

  /// `N = Nmax + Nout`, the divisor of attention weights and the rows of the position table.
  public int slots() {
    return maxEvents + outputSlots;
  }

  /// Columns of a block's first projection: `2·h·dv + 2·h·dqk`, in the order `u | v | q | k`.
  public int projectionWidth() {
    return 2 * heads * valueDim + 2 * heads * queryDim;
  }

  /// Rows that a token may have, beside padding: those of the items, and behind them the values of
  /// slow series.
  public int tokenRows() {
    return items + features.seriesRows();
  }

  public HistoryWindow window() {
    return new HistoryWindow(maxEvents, windowHop);
  }

  /// The same shapes over another catalogue size.
  public HstuConfig withItems(int count) {
    return new HstuConfig(
        count,
        maxEvents,
        outputSlots,
        embeddingDim,
        heads,
        queryDim,
        valueDim,
        blocks,
        temperature,
        windowHop,
        features);
  }

  /// The same shapes with other features.
  public HstuConfig withFeatures(ModelFeatures known) {
    return new HstuConfig(
        items,
        maxEvents,
        outputSlots,
        embeddingDim,
        heads,
        queryDim,
        valueDim,
        blocks,
        temperature,
        windowHop,
        known);
  }

  private static void requireWithin(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s=%d must be within %d..%d".formatted(name, value, least, most));
    }
  }
}
