package dev.hstu.encoder.compute;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.ArrayList;
import java.util.List;

/// The reference engine: [ReferenceModel] over the users of a batch, one after another on the
/// calling thread. A user's embedding is bit-identical in every batch it stands in.
public final class ReferenceEncoder implements TraceableEncoder {

  private final NetworkConfig config;
  private final Precision precision;
  private final ReferenceModel model;

  /// @param weights read as long as this encoder is used
  public ReferenceEncoder(NetworkConfig config, ModelWeights weights, Precision precision) {
    this.config = config;
    this.precision = precision;
    this.model = ReferenceModel.of(config, weights, precision);
  }

  @Override
  public String engine() {
    return "reference java-%d cpu %s".formatted(Runtime.version().feature(), precision.id());
  }

  @Override
  public NetworkConfig config() {
    return config;
  }

  @Override
  public void encode(HistoryBatch batch, float[] target) {
    BatchBounds.require(batch, config);
    batch.requireRoom(target, config.embeddingDim());
    int d = config.embeddingDim();
    double[] user = new double[d];
    ReferenceModel.State state = model.state(batch.maxLength());
    for (int b = 0; b < batch.users(); b++) {
      state.embed(batch, b);
      int last = state.length - 1;
      for (int block = 0; block < config.blocks(); block++) {
        boolean lastBlock = block == config.blocks() - 1;
        state.block(block, lastBlock ? last : 0);
      }
      state.embedding(last, user, 0);
      for (int c = 0; c < d; c++) {
        target[b * d + c] = (float) user[c];
      }
    }
  }

  @Override
  public ForwardTrace trace(HistoryBatch batch) {
    BatchBounds.require(batch, config);
    int d = config.embeddingDim();
    List<double[]> blocks = new ArrayList<>();
    for (int block = 0; block < config.blocks(); block++) {
      blocks.add(new double[batch.items().length * d]);
    }
    double[] sequence = new double[batch.users() * config.slots() * d];
    double[] users = new double[batch.users() * d];
    ReferenceModel.State state = model.state(batch.maxLength());
    for (int b = 0; b < batch.users(); b++) {
      state.embed(batch, b);
      for (int block = 0; block < config.blocks(); block++) {
        state.block(block, 0);
        System.arraycopy(state.x, 0, blocks.get(block), batch.offsets()[b] * d, state.length * d);
      }
      for (int i = 0; i < state.length; i++) {
        state.embedding(i, sequence, (b * config.slots() + i) * d);
      }
      state.embedding(state.length - 1, users, b * d);
    }
    return new ForwardTrace(blocks, sequence, users);
  }

  /// Holds nothing that needs closing; a closed encoder still works.
  @Override
  public void close() {}
}
