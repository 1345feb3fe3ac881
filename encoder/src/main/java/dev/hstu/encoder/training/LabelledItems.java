package dev.hstu.encoder.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.hstu.encoder.compute.torch.TorchParameters;
import dev.hstu.encoder.compute.torch.TorchScript;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;

/// The item table as a step sees it: each item's own embedding plus those of its labels. With
/// dropout an item's own part is left out of a step now and then, so that the labels alone learn to
/// stand for an item nobody has met.
///
/// A table's worth of values is written once a step and read once more for its gradient.
final class LabelledItems implements AutoCloseable {

  private final TorchScript script;
  private final NDArray pairedItems;
  private final NDArray pairedLabels;
  private final boolean[] labelled;
  private final double dropout;

  /// @param memory the device to run on
  /// @param items `V`
  /// @param dropout probability that a step leaves an item's own embedding out, in `[0, 1)`
  LabelledItems(NDManager memory, ItemLabels labels, int items, double dropout) {
    this.script =
        TorchScript.load(memory, LabelledItems.class, "items.py", "LabelledItems", Map.of());
    this.pairedItems = memory.create(wide(labels.items()));
    this.pairedLabels = memory.create(wide(labels.labels()));
    this.labelled = new boolean[items + 1];
    for (int item : labels.items()) {
      labelled[item] = true;
    }
    this.dropout = dropout;
  }

  /// One step's table.
  ///
  /// @param items float32 `(V+1, D)`
  /// @param kept 1 for each item whose own embedding is in it, float32 `(V+1, 1)`
  record Table(NDArray items, NDArray kept) {}

  /// The table of a step, in `stepMemory`.
  Table of(NDManager stepMemory, TorchParameters parameters, SplittableRandom random) {
    NDArray kept = stepMemory.create(kept(random), new Shape(labelled.length, 1));
    NDArray items =
        script
            .infer(
                "fold",
                stepMemory,
                parameters.items(),
                parameters.labels(),
                pairedItems,
                pairedLabels,
                kept)
            .singletonOrThrow();
    return new Table(items, kept);
  }

  private float[] kept(SplittableRandom random) {
    float[] kept = new float[labelled.length];
    Arrays.fill(kept, 1);
    if (dropout > 0) {
      for (int item = 1; item < kept.length; item++) {
        kept[item] = labelled[item] && random.nextDouble() < dropout ? 0 : 1;
      }
    }
    return kept;
  }

  /// Turns the gradient of the table, in `gradients.items()`, into those of both its parts.
  void unfold(NDManager stepMemory, TorchParameters gradients, Table table) {
    script.infer(
        "unfold",
        stepMemory,
        gradients.items(),
        gradients.labels(),
        pairedItems,
        pairedLabels,
        table.kept());
  }

  private static long[] wide(int[] rows) {
    return Arrays.stream(rows).asLongStream().toArray();
  }

  @Override
  public void close() {
    script.close();
  }
}
