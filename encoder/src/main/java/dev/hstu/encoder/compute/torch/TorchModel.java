package dev.hstu.encoder.compute.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.SasRecConfig;
import dev.hstu.encoder.sequence.TimeBuckets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A model's forward and backward pass over padded micro-batches (HSTU.md, "Forward" and
/// "Training"); the arithmetic itself is TorchScript text: `hstu.py` by the architecture, and
/// `encoder.py`, which is the same for all.
///
/// Of HSTU, work and memory of one pass over `B` users of `L` events, a block: the products take
/// `2·B·L·D·(3·h·dv + 2·h·dqk)` and `2·B·L²·h·(dqk+dv)` floating-point operations forward, twice
/// that backward. Two `(B, L, L)` matrices a head and the block's bias are kept for the backward
/// pass, float32: of `hstu-large` at L = 200 that is 6.4 MB a user, which the micro-batch bounds
/// ([MicroBatches]). Of 9.3 ms a user there, on one core, the matrix products take about 2/5 and
/// silu with its derivative 1/6; the rest are passes over the same matrices.
///
/// Safe for any number of threads; those that accumulate at once do so into gradients of their own.
public final class TorchModel implements AutoCloseable {

  /// With 128 draws and D=50 a position of `hstu-large` takes 119 µs more than with draws shared by
  /// a user when its draws' rows are looked up and folded back, and 11 µs more by products with a
  /// table of 3,883 rows, which would make both as slow at 300 rows a draw. Well below that, since
  /// pieces of larger tables leave the caches.
  private static final int PRODUCTS_PER_DRAW = 128;

  private final NetworkConfig config;
  private final TorchScript script;
  private final NDArray edges;

  /// @param memory the device to run on; closing it closes this
  public TorchModel(NDManager memory, NetworkConfig config) {
    this(memory, config, PRODUCTS_PER_DRAW);
  }

  /// @param productsPerDraw scores against draws of each position are picked out of those against
  ///     all items where the table has at most so many rows for each draw; 0 for nowhere
  TorchModel(NDManager memory, NetworkConfig config, int productsPerDraw) {
    this.config = config;
    this.script =
        TorchScript.load(
            memory,
            TorchModel.class,
            List.of(architecture(config), "encoder.py"),
            "Encoder",
            Map.of(
                "heads", config.heads(),
                "temperature", config.temperature(),
                "epsilon", ModelConfig.EPSILON,
                "norm_epsilon", config.normEpsilon(),
                "products_per_draw", productsPerDraw));
    this.edges = memory.create(TimeBuckets.edges());
  }

  private static String architecture(NetworkConfig config) {
    return switch (config) {
      case HstuConfig hstu -> "hstu.py";
      case SasRecConfig sasRec -> "sasrec.py";
    };
  }

  /// The user embeddings of a micro-batch, float[B·D].
  float[] encode(NDManager batchMemory, List<NDArray> dense, PaddedHistories batch) {
    NDList users =
        script.infer(
            "encode",
            batchMemory,
            dense,
            batch.rows(batchMemory, config.embeddingDim()),
            batch.times(batchMemory),
            batch.last(batchMemory),
            edges);
    return users.singletonOrThrow().toFloatArray();
  }

  /// Each block's output and the normalised sequence, float[B·L·D] each.
  List<float[]> trace(NDManager batchMemory, List<NDArray> dense, PaddedHistories batch) {
    NDList outputs =
        script.infer(
            "trace",
            batchMemory,
            dense,
            batch.rows(batchMemory, config.embeddingDim()),
            batch.times(batchMemory),
            edges);
    return outputs.stream().map(NDArray::toFloatArray).toList();
  }

  /// Adds the gradients of `scale · Σ loss` over the supervised positions of a micro-batch to
  /// `gradients`, and returns that sum. With `scale` one over the supervised positions of a whole
  /// batch, the micro-batches together give the mean loss of the batch and its gradients.
  ///
  /// With a second target, position `i` predicts item `i+2` besides item `i+1`, against the same
  /// negatives: multi-token prediction (arXiv 2404.19737) of two tokens by one head, in the sense
  /// of PinnerFormer's dense all-action loss (arXiv 2205.04507), which trains a position on
  /// actions beyond the next. Its loss counts `secondTargetWeight` times the weight of position
  /// `i+1`, whose target it is; `scale` is unchanged by it.
  ///
  /// @param memory where the micro-batch's tensors are created, a child of it being closed on
  ///     return
  /// @param dropout what dropout keeps; of [#dropoutValues] values, or none
  /// @param secondTargetWeight 0 for the next item alone
  /// @throws IllegalArgumentException at a second target with the softmax over all items, whose
  ///     gradients are of one target a position
  public double accumulate(
      NDManager memory,
      TorchParameters parameters,
      TorchParameters gradients,
      PaddedExamples batch,
      DropoutMask dropout,
      double secondTargetWeight,
      double scale) {
    requireNegatives(batch, secondTargetWeight);
    int users = batch.users();
    int length = batch.length();
    int negatives = batch.negativesPerPosition();
    try (NDManager batchMemory = memory.newSubManager()) {
      Shape slots = new Shape(users, length + 1L);
      Shape drawn =
          batch.sharedNegatives() || batch.allItems()
              ? new Shape(users, negatives)
              : new Shape(users, length, negatives);
      return script
          .differentiate(
              "accumulate",
              batchMemory,
              parameters.items(),
              parameters.dense(),
              gradients.items(),
              gradients.dense(),
              orEmpty(batchMemory, parameters.actions()),
              orEmpty(batchMemory, gradients.actions()),
              orEmpty(batchMemory, parameters.series()),
              orEmpty(batchMemory, gradients.series()),
              batchMemory.create(
                  batch.actions(),
                  batch.actions().length == 0 ? new Shape(0) : new Shape(users, length)),
              batchMemory.create(batch.items(), slots),
              batchMemory.create(batch.times(), slots),
              batchMemory.create(batch.weights(), new Shape(users, length)),
              batchMemory.create(batch.negatives(), drawn),
              batchMemory.create(
                  batch.corrections(), batch.corrections().length == 0 ? new Shape(0) : drawn),
              edges,
              batchMemory.create(dropout.kept(), new Shape(dropout.kept().length)),
              batchMemory.create(dropout.rate()),
              batchMemory.create(secondTargetWeight),
              batchMemory.create(scale))
          .singletonOrThrow()
          .getFloat();
    }
  }

  private static void requireNegatives(PaddedExamples batch, double secondTargetWeight) {
    if (batch.allItems() && secondTargetWeight != 0) {
      throw new IllegalArgumentException(
          "secondTargetWeight=%s must be 0 with the softmax over all items; draw negatives"
              .formatted(secondTargetWeight));
    }
  }

  /// How many values dropout decides about in one micro-batch, in this order: those of the input,
  /// `users · length · D`, and of each block; of HSTU the gated output, `users · length · h·dv`; of
  /// SASRec the attention, `h · users · length²`, the hidden layer and the output.
  public static int dropoutValues(NetworkConfig config, int users, int length) {
    int rows = users * length;
    int block =
        switch (config) {
          case HstuConfig hstu -> rows * hstu.heads() * hstu.valueDim();
          case SasRecConfig sasRec ->
              rows * (sasRec.heads() * length + sasRec.hiddenDim() + sasRec.embeddingDim());
        };
    return rows * config.embeddingDim() + config.blocks() * block;
  }

  private static NDArray orEmpty(NDManager memory, @Nullable NDArray table) {
    return table == null ? memory.create(new float[0], new Shape(0)) : table;
  }

  @Override
  public void close() {
    script.close();
  }
}
