package dev.hstu.encoder.compute.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.compute.ForwardTrace;
import dev.hstu.encoder.compute.TraceableEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.HstuWeights;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The engine `djl`: user embeddings by PyTorch in float32, on a CPU or a GPU.
///
/// A batch is encoded in micro-batches of users of like length ([MicroBatches]), which bound its
/// memory whatever its size; results stand in the order of the batch. They may differ in the last
/// bits with the company a user is encoded in, within float32 tolerance.
public final class TorchEncoder implements TraceableEncoder {

  private final HstuConfig config;
  private final HstuWeights weights;
  private final String engine;
  private final int threads;
  private final NDManager memory;
  private final TorchHstu hstu;
  private final List<NDArray> dense;

  private TorchEncoder(HstuConfig config, HstuWeights weights, EngineChoice choice) {
    this.config = config;
    this.weights = weights;
    this.engine = "djl %s %s float32".formatted(TorchRuntime.version(), choice.device());
    this.threads = choice.threads();
    this.memory = TorchRuntime.open(choice.device());
    this.hstu = new TorchHstu(memory, config);
    this.dense = TorchParameters.dense(memory, config, weights);
  }

  /// Opens an encoder; the item embeddings are read from `weights` at every call and must stay
  // open.
  ///
  /// @throws IllegalArgumentException when a shape doesn't fit
  /// @throws dev.hstu.encoder.EngineUnavailableException when PyTorch or the device isn't there
  public static TorchEncoder open(HstuConfig config, HstuWeights weights, EngineChoice choice) {
    weights.requireShapes(config);
    return new TorchEncoder(config, weights, choice);
  }

  @Override
  public String engine() {
    return engine;
  }

  @Override
  public HstuConfig config() {
    return config;
  }

  @Override
  public void encode(HistoryBatch batch, float[] target) {
    int d = config.embeddingDim();
    requireEncodable(batch);
    if (target.length < (long) batch.users() * d) {
      throw new IllegalArgumentException(
          "target has %d values; %d users of %d need %d"
              .formatted(target.length, batch.users(), d, (long) batch.users() * d));
    }
    TorchRuntime.useThreads(threads);
    for (PaddedHistories group : groups(batch)) {
      try (NDManager batchMemory = memory.newSubManager()) {
        float[] users = hstu.encode(batchMemory, dense, group);
        for (int b = 0; b < group.users().length; b++) {
          System.arraycopy(users, b * d, target, group.users()[b] * d, d);
        }
      }
    }
  }

  @Override
  public ForwardTrace trace(HistoryBatch batch) {
    int d = config.embeddingDim();
    requireEncodable(batch);
    List<double[]> blocks = new ArrayList<>();
    for (int i = 0; i < config.blocks(); i++) {
      blocks.add(new double[batch.items().length * d]);
    }
    TorchRuntime.useThreads(threads);
    double[] sequence = new double[batch.users() * config.slots() * d];
    for (PaddedHistories group : groups(batch)) {
      try (NDManager batchMemory = memory.newSubManager()) {
        List<float[]> outputs = hstu.trace(batchMemory, dense, group);
        for (int b = 0; b < group.users().length; b++) {
          int user = group.users()[b];
          int from = b * group.length() * d;
          int values = batch.length(user) * d;
          for (int i = 0; i < config.blocks(); i++) {
            widen(outputs.get(i), from, blocks.get(i), batch.offsets()[user] * d, values);
          }
          widen(outputs.getLast(), from, sequence, user * config.slots() * d, values);
        }
      }
    }
    float[] users = new float[batch.users() * d];
    encode(batch, users);
    double[] wideUsers = new double[users.length];
    widen(users, 0, wideUsers, 0, users.length);
    return new ForwardTrace(blocks, sequence, wideUsers);
  }

  @Override
  public void close() {
    hstu.close();
    memory.close();
  }

  private List<PaddedHistories> groups(HistoryBatch batch) {
    int[] lengths = new int[batch.users()];
    Arrays.setAll(lengths, batch::length);
    return MicroBatches.DEFAULT.plan(lengths).stream()
        .map(users -> new PaddedHistories(batch, users, weights.itemEmbeddings()))
        .toList();
  }

  private void requireEncodable(HistoryBatch batch) {
    for (int b = 0; b < batch.users(); b++) {
      if (batch.length(b) > config.maxEvents()) {
        throw new IllegalArgumentException(
            "user %d has %d events; this model keeps at most %d: cut histories to its window first"
                .formatted(b, batch.length(b), config.maxEvents()));
      }
    }
    for (int item : batch.items()) {
      if (item < 1 || item > config.items()) {
        throw new IllegalArgumentException(
            "item row %d must be within 1..%d, the model's vocabulary"
                .formatted(item, config.items()));
      }
    }
  }

  private static void widen(float[] source, int from, double[] target, int to, int count) {
    for (int i = 0; i < count; i++) {
      target[to + i] = source[from + i];
    }
  }
}
