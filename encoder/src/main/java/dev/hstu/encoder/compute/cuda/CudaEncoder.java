package dev.hstu.encoder.compute.cuda;

import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.compute.BatchBounds;
import dev.hstu.encoder.compute.ForwardTrace;
import dev.hstu.encoder.compute.TraceableEncoder;
import dev.hstu.encoder.model.HstuBlock;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.kernels.cuda.CudaDevice;
import dev.hstu.kernels.cuda.CudaModel;
import dev.hstu.kernels.cuda.CudaPrecision;
import dev.hstu.kernels.cuda.CudaShape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The engine `cuda`: user embeddings by this project's own kernels on one GPU, where the weights
/// lie for as long as it is open. Owns all of its memory there.
///
/// A batch beyond a lane's budget is encoded in parts. Calls of several threads run side by side on
/// as many lanes as [CudaSettings] says; further ones wait. A user's embedding has the same bits in
/// every batch it stands in, unless states are kept ([StateSettings]).
public final class CudaEncoder implements TraceableEncoder {

  private final HstuConfig config;
  private final String engine;
  private final LanePool lanes;
  private final @Nullable StatefulEncoding stateful;
  private final Runnable closeModel;

  /// @param stateful encodes batches that are small enough for it; null: states are not kept
  /// @param closeModel called once all lanes and states are closed
  CudaEncoder(
      HstuConfig config,
      String engine,
      LanePool lanes,
      @Nullable StatefulEncoding stateful,
      Runnable closeModel) {
    this.config = config;
    this.engine = engine;
    this.lanes = lanes;
    this.stateful = stateful;
    this.closeModel = closeModel;
  }

  /// Uploads a model. The weights are not read afterwards.
  ///
  /// @throws IllegalArgumentException when a shape doesn't fit
  /// @throws dev.hstu.kernels.cuda.CudaException when the GPU can't hold it; nothing stays
  ///     allocated
  static CudaEncoder open(
      HstuConfig config,
      ModelWeights weights,
      CudaDevice device,
      EngineChoice choice,
      CudaSettings settings) {
    weights.requireShapes(config);
    CudaModel model =
        CudaModel.open(device.index(), precision(choice), shape(config), tensors(weights));
    List<EncodingLane> lanes = new ArrayList<>();
    @Nullable StatefulEncoding stateful = null;
    try {
      stateful = stateful(config, model, StateSettings.ofProperties());
      int tokens = Math.max(settings.batchTokens(), config.maxEvents());
      for (int i = 0; i < settings.lanes(); i++) {
        lanes.add(new NativeLane(config, model.openLane(tokens, settings.batchUsers())));
      }
    } catch (RuntimeException e) {
      lanes.forEach(EncodingLane::close);
      if (stateful != null) {
        stateful.close();
      }
      model.close();
      throw e;
    }
    String engine =
        "cuda %s %s %s".formatted(device.name(), choice.device(), choice.precision().id());
    return new CudaEncoder(config, engine, new LanePool(lanes), stateful, model::close);
  }

  private static @Nullable StatefulEncoding stateful(
      HstuConfig config, CudaModel model, StateSettings settings) {
    if (!settings.enabled()) {
      return null;
    }
    return new StatefulEncoding(
        new NativeStateStore(model.openStates(settings.bytes(), settings.users())),
        config.embeddingDim(),
        config.maxEvents());
  }

  private static CudaPrecision precision(EngineChoice choice) {
    return switch (choice.precision()) {
      case FLOAT32 -> CudaPrecision.FLOAT32;
      case BFLOAT16 -> CudaPrecision.BFLOAT16;
      case FLOAT64 -> throw new IllegalArgumentException("float64 is not for the engine cuda");
    };
  }

  private static CudaShape shape(HstuConfig config) {
    return new CudaShape(
        config.items(),
        config.maxEvents(),
        config.slots(),
        config.embeddingDim(),
        config.heads(),
        config.queryDim(),
        config.valueDim(),
        config.blocks());
  }

  /// In the order of [CudaModel#open].
  private static List<MemorySegment> tensors(ModelWeights weights) {
    List<MemorySegment> tensors = new ArrayList<>();
    tensors.add(weights.itemEmbeddings());
    tensors.add(MemorySegment.ofArray(weights.positions()));
    for (HstuBlock block : weights.blocks(HstuBlock.class)) {
      tensors.add(MemorySegment.ofArray(block.projection()));
      tensors.add(MemorySegment.ofArray(block.output()));
      tensors.add(MemorySegment.ofArray(block.outputBias()));
      tensors.add(MemorySegment.ofArray(block.positionBias()));
      tensors.add(MemorySegment.ofArray(block.timeBias()));
    }
    return tensors;
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
    BatchBounds.require(batch, config);
    batch.requireRoom(target, config.embeddingDim());
    if (batch.users() == 0) {
      return;
    }
    @Nullable StatefulEncoding keeping = stateful;
    if (keeping != null && batch.users() <= keeping.maxUsers()) {
      lanes.use(lane -> keeping.encode(batch, lane, target));
      return;
    }
    lanes.use(
        lane -> {
          for (UserRange users : UserRange.split(batch, lane.maxTokens(), lane.maxUsers())) {
            lane.encode(batch, users, target);
          }
        });
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
    lanes.use(
        lane -> {
          for (UserRange users : UserRange.split(batch, lane.maxTokens(), lane.maxUsers())) {
            place(lane.trace(batch, users), batch, users, blocks, sequence);
          }
        });
    float[] users = new float[batch.users() * d];
    encode(batch, users);
    double[] wideUsers = new double[users.length];
    widen(users, 0, wideUsers, 0, users.length);
    return new ForwardTrace(blocks, sequence, wideUsers);
  }

  private void place(
      EncodingLane.StreamRows rows,
      HistoryBatch batch,
      UserRange users,
      List<double[]> blocks,
      double[] sequence) {
    int d = config.embeddingDim();
    int first = batch.offsets()[users.from()];
    for (int i = 0; i < config.blocks(); i++) {
      float[] stream = rows.streams()[i];
      widen(stream, 0, blocks.get(i), first * d, stream.length);
    }
    for (int user = users.from(); user < users.to(); user++) {
      int from = (batch.offsets()[user] - first) * d;
      widen(rows.normalised(), from, sequence, user * config.slots() * d, batch.length(user) * d);
    }
  }

  private static void widen(float[] source, int from, double[] target, int to, int count) {
    for (int i = 0; i < count; i++) {
      target[to + i] = source[from + i];
    }
  }

  /// Waits for calls in flight and gives all memory of the GPU back; a second call does nothing.
  @Override
  public void close() {
    lanes.close();
    if (stateful != null) {
      stateful.close();
    }
    closeModel.run();
  }
}
