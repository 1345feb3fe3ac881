package dev.hstu.encoder.model;

import static dev.hstu.encoder.model.NetworkConfig.requireRoomForSeries;
import static dev.hstu.encoder.model.NetworkConfig.requireTemperature;
import static dev.hstu.encoder.model.NetworkConfig.requireWithin;

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
    ModelFeatures features)
    implements NetworkConfig {

  /// Highest time bucket; a time table has one entry more.
  public static final int TIME_BUCKETS = TimeBuckets.HIGHEST;

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
    requireTemperature(temperature);
    requireRoomForSeries(features, maxEvents, windowHop);
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

  /// Columns of a block's first projection: `2·h·dv + 2·h·dqk`, in the order `u | v | q | k`.
  public int projectionWidth() {
    return 2 * heads * valueDim + 2 * heads * queryDim;
  }

  @Override
  public double normEpsilon() {
    return EPSILON;
  }

  @Override
  public boolean readsTimes() {
    return true;
  }

  @Override
  public HstuConfig withItems(int count) {
    return with(count, temperature, features);
  }

  @Override
  public HstuConfig withTemperature(double divisor) {
    return with(items, divisor, features);
  }

  @Override
  public HstuConfig withFeatures(ModelFeatures known) {
    return with(items, temperature, known);
  }

  private HstuConfig with(int count, double divisor, ModelFeatures known) {
    return new HstuConfig(
        count,
        maxEvents,
        outputSlots,
        embeddingDim,
        heads,
        queryDim,
        valueDim,
        blocks,
        divisor,
        windowHop,
        known);
  }
}
