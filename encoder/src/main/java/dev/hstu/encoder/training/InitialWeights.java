package dev.hstu.encoder.training;

import dev.hstu.encoder.model.BlockWeights;
import dev.hstu.encoder.model.HstuBlock;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.SasRecBlock;
import dev.hstu.encoder.model.SasRecConfig;
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

  private final NetworkConfig config;
  private final SplittableRandom random;

  private InitialWeights(NetworkConfig config, SplittableRandom random) {
    this.config = config;
    this.random = random;
  }

  static ModelWeights draw(NetworkConfig config, SplittableRandom random) {
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

  private ModelWeights draw() {
    int d = config.embeddingDim();
    float[] items = new float[Math.multiplyExact(config.items() + 1, d)];
    fill(items, d, items.length, () -> truncatedNormal(random));
    float[] positions = positions();
    List<BlockWeights> blocks = new ArrayList<>();
    for (int i = 0; i < config.blocks(); i++) {
      blocks.add(block());
    }
    return new ModelWeights(
        MemorySegment.ofArray(items),
        positions,
        blocks,
        filled(config.features().labelRows() * d, () -> truncatedNormal(random)),
        filled(config.features().actionRows() * d, () -> truncatedNormal(random)),
        filled(config.features().seriesRows() * d, () -> truncatedNormal(random)));
  }

  /// Xavier normal for HSTU. The public implementation of SASRec leaves the table as it was made:
  /// truncated normal with deviation `1/sqrt(D)`.
  private float[] positions() {
    int d = config.embeddingDim();
    DoubleSupplier values =
        switch (config) {
          case HstuConfig hstu -> {
            double deviation = Math.sqrt(2.0 / (hstu.slots() + d));
            yield () -> random.nextGaussian() * deviation;
          }
          case SasRecConfig sasRec -> () -> truncatedNormal(random, 1 / Math.sqrt(d));
        };
    return filled(config.slots() * d, values);
  }

  private BlockWeights block() {
    return switch (config) {
      case HstuConfig hstu -> block(hstu);
      case SasRecConfig sasRec -> block(sasRec);
    };
  }

  private HstuBlock block(HstuConfig hstu) {
    int d = hstu.embeddingDim();
    int values = hstu.heads() * hstu.valueDim();
    return new HstuBlock(
        filled(d * hstu.projectionWidth(), this::normal),
        filled(d * values, uniform(Math.sqrt(6.0 / (d + values)))),
        filled(d, uniform(1 / Math.sqrt(values))),
        filled(2 * hstu.slots() - 1, this::normal),
        filled(HstuConfig.TIME_BUCKETS + 1, this::normal));
  }

  /// Matrices Xavier normal, the packed projection as one; biases of the attention 0, those of the
  /// maps as usual for linear layers.
  private SasRecBlock block(SasRecConfig sasRec) {
    int d = sasRec.embeddingDim();
    int hidden = sasRec.hiddenDim();
    return new SasRecBlock(
        xavierNormal(3 * d, d),
        new float[3 * d],
        xavierNormal(d, d),
        new float[d],
        xavierNormal(hidden, d),
        filled(hidden, uniform(1 / Math.sqrt(d))),
        xavierNormal(d, hidden),
        filled(d, uniform(1 / Math.sqrt(hidden))));
  }

  private float[] xavierNormal(int outputs, int inputs) {
    double deviation = Math.sqrt(2.0 / (outputs + inputs));
    return filled(outputs * inputs, () -> random.nextGaussian() * deviation);
  }

  private double normal() {
    return random.nextGaussian() * STANDARD_DEVIATION;
  }

  private static double truncatedNormal(SplittableRandom random) {
    return truncatedNormal(random, STANDARD_DEVIATION);
  }

  private static double truncatedNormal(SplittableRandom random, double deviation) {
    double value;
    do {
      value = random.nextGaussian();
    } while (Math.abs(value) > CUT);
    return value * deviation;
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
