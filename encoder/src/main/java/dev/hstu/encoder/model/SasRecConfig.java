package dev.hstu.encoder.model;

import static dev.hstu.encoder.model.NetworkConfig.requireRoomForSeries;
import static dev.hstu.encoder.model.NetworkConfig.requireTemperature;
import static dev.hstu.encoder.model.NetworkConfig.requireWithin;

/// The shapes of one SASRec model (arXiv 1808.09781, as HSTU.md, "Training", has it): softmax
/// attention that knows places and no times, so a user embedding doesn't depend on the request
/// time.
///
/// @param items `V`, item rows are `1..V`, at least 1
/// @param maxEvents at least 1, at most [#MAX_EVENTS]
/// @param outputSlots at least 1
/// @param embeddingDim `D`, 1..[#MAX_WIDTH], a multiple of `heads`
/// @param heads 1..[#MAX_HEADS], each `D/h` wide
/// @param hiddenDim rows of `W1`, 1..[#MAX_WIDTH]
/// @param blocks 1..[#MAX_BLOCKS]
/// @param temperature divides scores in training only, above 0
/// @param windowHop see [dev.hstu.encoder.sequence.HistoryWindow], 1 in the public experiments
/// @param features what is known of an event beside item, place and time; none in the public
///     experiments
public record SasRecConfig(
    int items,
    int maxEvents,
    int outputSlots,
    int embeddingDim,
    int heads,
    int hiddenDim,
    int blocks,
    double temperature,
    int windowHop,
    ModelFeatures features)
    implements NetworkConfig {

  /// Added to variances of layer norms.
  public static final double NORM_EPSILON = 1e-8;

  public SasRecConfig {
    requireWithin("items", items, 1, Integer.MAX_VALUE - 8);
    requireWithin("maxEvents", maxEvents, 1, MAX_EVENTS);
    requireWithin("outputSlots", outputSlots, 1, MAX_EVENTS);
    requireWithin("embeddingDim", embeddingDim, 1, MAX_WIDTH);
    requireWithin("heads", heads, 1, MAX_HEADS);
    requireWithin("hiddenDim", hiddenDim, 1, MAX_WIDTH);
    requireWithin("blocks", blocks, 1, MAX_BLOCKS);
    requireWithin("windowHop", windowHop, 1, maxEvents);
    requireTemperature(temperature);
    requireRoomForSeries(features, maxEvents, windowHop);
    if (embeddingDim % heads != 0) {
      throw new IllegalArgumentException(
          "heads=%d must divide embeddingDim=%d, which they share".formatted(heads, embeddingDim));
    }
  }

  /// Width of one head.
  public int headDim() {
    return embeddingDim / heads;
  }

  @Override
  public double normEpsilon() {
    return NORM_EPSILON;
  }

  @Override
  public boolean readsTimes() {
    return false;
  }

  @Override
  public SasRecConfig withItems(int count) {
    return with(count, temperature, features);
  }

  @Override
  public SasRecConfig withTemperature(double divisor) {
    return with(items, divisor, features);
  }

  @Override
  public SasRecConfig withFeatures(ModelFeatures known) {
    return with(items, temperature, known);
  }

  private SasRecConfig with(int count, double divisor, ModelFeatures known) {
    return new SasRecConfig(
        count,
        maxEvents,
        outputSlots,
        embeddingDim,
        heads,
        hiddenDim,
        blocks,
        divisor,
        windowHop,
        known);
  }
}
