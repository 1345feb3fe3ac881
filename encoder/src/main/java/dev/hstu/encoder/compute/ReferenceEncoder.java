package dev.hstu.encoder.compute;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.HstuWeights;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.ArrayList;
import java.util.List;

/// The reference engine: [ReferenceHstu] over the users of a batch, one after another on the
/// calling thread. A user's embedding is bit-identical in every batch it stands in.
public final class ReferenceEncoder implements TraceableEncoder {

  private final HstuConfig config;
  private final Precision precision;
  private final ReferenceHstu hstu;

  /// @param weights read as long as this encoder is used
  public ReferenceEncoder(HstuConfig config, HstuWeights weights, Precision precision) {
    this.config = config;
    this.precision = precision;
    this.hstu = new ReferenceHstu(config, weights, precision);
  }

  @Override
  public String engine() {
    return "reference java-%d cpu %s".formatted(Runtime.version().feature(), precision.id());
  }

  @Override
  public HstuConfig config() {
    return config;
  }

  @Override
  public void encode(HistoryBatch batch, float[] target) {
    BatchBounds.require(batch, config);
    BatchBounds.requireRoom(target, batch, config);
    int d = config.embeddingDim();
    double[] user = new double[d];
    ReferenceHstu.State state = hstu.new State(batch.maxLength());
    for (int b = 0; b < batch.users(); b++) {
      hstu.embed(state, batch, b);
      int last = state.length - 1;
      for (int block = 0; block < hstu.blocks(); block++) {
        boolean lastBlock = block == hstu.blocks() - 1;
        hstu.block(state, block, lastBlock ? last : 0);
      }
      hstu.embedding(state, last, user, 0);
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
    for (int block = 0; block < hstu.blocks(); block++) {
      blocks.add(new double[batch.items().length * d]);
    }
    double[] sequence = new double[batch.users() * config.slots() * d];
    double[] users = new double[batch.users() * d];
    ReferenceHstu.State state = hstu.new State(batch.maxLength());
    for (int b = 0; b < batch.users(); b++) {
      hstu.embed(state, batch, b);
      for (int block = 0; block < hstu.blocks(); block++) {
        hstu.block(state, block, 0);
        System.arraycopy(state.x, 0, blocks.get(block), batch.offsets()[b] * d, state.length * d);
      }
      for (int i = 0; i < state.length; i++) {
        hstu.embedding(state, i, sequence, (b * config.slots() + i) * d);
      }
      hstu.embedding(state, state.length - 1, users, b * d);
    }
    return new ForwardTrace(blocks, sequence, users);
  }

  /// Holds nothing that needs closing; a closed encoder still works.
  @Override
  public void close() {}
}
