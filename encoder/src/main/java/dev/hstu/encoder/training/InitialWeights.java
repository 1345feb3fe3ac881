package dev.hstu.encoder.training;

import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.HstuWeights;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.function.IntPredicate;

/// Initial values as in HSTU.md, "Training", drawn in Java so that they are the same on every
/// device. The padding row of the item table is 0.
final class InitialWeights {

  private static final double STANDARD_DEVIATION = 0.02;

  /// Item embeddings further out than this many standard deviations are drawn again.
  private static final double CUT = 2;

  private final HstuConfig config;
  private final SplittableRandom random;

  private InitialWeights(HstuConfig config, SplittableRandom random) {
    this.config = config;
    this.random = random;
  }

  static HstuWeights draw(HstuConfig config, SplittableRandom random) {
    return new InitialWeights(config, random).draw();
  }

  /// Draws the rows of an item table whose item `isNew`, as [#draw] draws them all; others stay.
  ///
  /// @param table `(V+1, D)`, row `r + 1` being item `r`
  static void drawItems(float[] table, int d, IntPredicate isNew, SplittableRandom random) {
    for (int item = 0; (item + 2) * d <= table.length; item++) {
      if (isNew.test(item)) {
        fill(table, (item + 1) * d, (item + 2) * d, () -> truncatedNormal(random));
      }
    }
  }

  private HstuWeights draw() {
    int d = config.embeddingDim();
    int values = config.heads() * config.valueDim();
    float[] items = new float[Math.multiplyExact(config.items() + 1, d)];
    fill(items, d, items.length, () -> truncatedNormal(random));
    double positionDeviation = Math.sqrt(2.0 / (config.slots() + d));
    float[] positions = filled(config.slots() * d, () -> random.nextGaussian() * positionDeviation);
    List<HstuWeights.Block> blocks = new ArrayList<>();
    for (int i = 0; i < config.blocks(); i++) {
      blocks.add(
          new HstuWeights.Block(
              filled(d * config.projectionWidth(), this::normal),
              filled(d * values, uniform(Math.sqrt(6.0 / (d + values)))),
              filled(d, uniform(1 / Math.sqrt(values))),
              filled(2 * config.slots() - 1, this::normal),
              filled(HstuConfig.TIME_BUCKETS + 1, this::normal)));
    }
    return new HstuWeights(
        MemorySegment.ofArray(items),
        positions,
        blocks,
        filled(config.features().labelRows() * d, () -> truncatedNormal(random)),
        filled(config.features().actionRows() * d, () -> truncatedNormal(random)),
        filled(config.features().seriesRows() * d, () -> truncatedNormal(random)));
  }

  private double normal() {
    return random.nextGaussian() * STANDARD_DEVIATION;
  }

  private static double truncatedNormal(SplittableRandom random) {
    double value;
    do {
      value = random.nextGaussian();
    } while (Math.abs(value) > CUT);
    return value * STANDARD_DEVIATION;
  }

  private DoubleSupplier uniform(double bound) {
    return () -> (2 * random.nextDouble() - 1) * bound;
  }

  private static float[] filled(int count, DoubleSupplier values) {
    float[] array = new float[count];
    fill(array, 0, count, values);
    return array;
  }

  private static void fill(float[] array, int from, int to, DoubleSupplier values) {
    for (int i = from; i < to; i++) {
      array[i] = (float) values.getAsDouble();
    }
  }
}
