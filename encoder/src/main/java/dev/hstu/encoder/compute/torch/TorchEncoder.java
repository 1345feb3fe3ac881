package dev.hstu.encoder.compute.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.compute.BatchBounds;
import dev.hstu.encoder.compute.ForwardTrace;
import dev.hstu.encoder.compute.TraceableEncoder;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The engine `djl`: user embeddings by PyTorch in float32, on a CPU or a GPU.
///
/// A batch is encoded in micro-batches of users of like length ([MicroBatches]), which bound its
/// memory whatever its size; results stand in the order of the batch. Several micro-batches are
/// shared out among threads of which each computes alone: threads inside every small operation
/// would wait for each other at each, spinning, and crawl on a machine with other work. They may
/// differ in the last bits with the company a user is encoded in, within float32 tolerance.
public final class TorchEncoder implements TraceableEncoder {

  private final NetworkConfig config;
  private final ModelWeights weights;
  private final String engine;
  private final ExecutorService workers;
  private final NDManager memory;
  private final TorchModel model;
  private final List<NDArray> dense;

  private TorchEncoder(NetworkConfig config, ModelWeights weights, EngineChoice choice) {
    this.config = config;
    this.weights = weights;
    this.engine = "djl %s %s float32".formatted(TorchRuntime.version(), choice.device());
    this.memory = TorchRuntime.open(choice.device());
    this.model = new TorchModel(memory, config);
    this.dense = TorchParameters.dense(memory, config, weights);
    this.workers = workers(choice.threads());
  }

  /// All started here: threads inherit the claim to a processor of the one that starts them, and
  /// the first to encode may warm up in the background.
  private static ExecutorService workers(int count) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            count,
            count,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("djl-encoder-", 1).factory());
    pool.prestartAllCoreThreads();
    return pool;
  }

  /// Opens an encoder; the item embeddings are read from `weights` at every call and must stay
  /// open.
  ///
  /// @throws IllegalArgumentException when a shape doesn't fit
  /// @throws dev.hstu.encoder.EngineUnavailableException when PyTorch or the device isn't there
  public static TorchEncoder open(NetworkConfig config, ModelWeights weights, EngineChoice choice) {
    weights.requireShapes(config);
    return new TorchEncoder(config, weights, choice);
  }

  @Override
  public String engine() {
    return engine;
  }

  @Override
  public NetworkConfig config() {
    return config;
  }

  @Override
  public void encode(HistoryBatch batch, float[] target) {
    BatchBounds.require(batch, config);
    batch.requireRoom(target, config.embeddingDim());
    forEach(groups(batch), group -> encode(group, target));
  }

  private void encode(PaddedHistories group, float[] target) {
    int d = config.embeddingDim();
    try (NDManager batchMemory = memory.newSubManager()) {
      float[] users = model.encode(batchMemory, dense, group);
      for (int b = 0; b < group.users().length; b++) {
        System.arraycopy(users, b * d, target, group.users()[b] * d, d);
      }
    }
  }

  @Override
  public ForwardTrace trace(HistoryBatch batch) {
    BatchBounds.require(batch, config);
    int d = config.embeddingDim();
    List<double[]> blocks = new ArrayList<>();
    for (int i = 0; i < config.blocks(); i++) {
      blocks.add(new double[batch.items().length * d]);
    }
    double[] sequence = new double[batch.users() * config.slots() * d];
    forEach(groups(batch), group -> trace(group, blocks, sequence));
    float[] users = new float[batch.users() * d];
    encode(batch, users);
    double[] wideUsers = new double[users.length];
    widen(users, 0, wideUsers, 0, users.length);
    return new ForwardTrace(blocks, sequence, wideUsers);
  }

  private void trace(PaddedHistories group, List<double[]> blocks, double[] sequence) {
    HistoryBatch batch = group.batch();
    int d = config.embeddingDim();
    try (NDManager batchMemory = memory.newSubManager()) {
      List<float[]> outputs = model.trace(batchMemory, dense, group);
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

  /// A single group is computed by the calling thread.
  private void forEach(List<PaddedHistories> groups, Consumer<PaddedHistories> work) {
    if (groups.size() == 1) {
      work.accept(groups.getFirst());
      return;
    }
    List<CompletableFuture<Void>> parts =
        groups.stream()
            .map(group -> CompletableFuture.runAsync(() -> work.accept(group), workers))
            .toList();
    try {
      CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  @Override
  public void close() {
    workers.close();
    model.close();
    memory.close();
  }

  private List<PaddedHistories> groups(HistoryBatch batch) {
    int[] lengths = new int[batch.users()];
    Arrays.setAll(lengths, batch::length);
    return MicroBatches.DEFAULT.plan(lengths).stream()
        .map(users -> new PaddedHistories(batch, users, config.features(), weights))
        .toList();
  }

  private static void widen(float[] source, int from, double[] target, int to, int count) {
    for (int i = 0; i < count; i++) {
      target[to + i] = source[from + i];
    }
  }
}
