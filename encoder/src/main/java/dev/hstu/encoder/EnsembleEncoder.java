package dev.hstu.encoder;

import dev.hstu.encoder.model.EnsembleConfig;
import dev.hstu.encoder.model.EnsembleModel;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The encoders of an ensemble's members as one: each encodes the same batch, one after another on
/// the calling thread, and what they find is written side by side, divided by `√M`
/// ([EnsembleModel]). A call uses as many threads as one member's does.
final class EnsembleEncoder implements UserEncoder {

  /// Calls at once whose scratch memory is kept for the next ones; more than a service has threads
  /// that encode. Further ones have theirs made and dropped.
  private static final int KEPT_SCRATCHES = 64;

  /// Largest scratch memory that is kept, 4 MiB: a batch of requests needs far less, and a night's
  /// batches of all users need more but are few.
  private static final int KEPT_VALUES = 1 << 20;

  private final EnsembleConfig config;
  private final List<UserEncoder> members;
  private final int widest;
  private final BlockingQueue<float[]> scratches = new ArrayBlockingQueue<>(KEPT_SCRATCHES);

  /// @param members in the order of `config`, of one engine; closed with this
  EnsembleEncoder(EnsembleConfig config, List<UserEncoder> members) {
    this.config = config;
    this.members = List.copyOf(members);
    this.widest =
        members.stream().mapToInt(member -> member.config().embeddingDim()).max().orElse(1);
  }

  /// Opens all members, or none.
  static EnsembleEncoder open(EnsembleModel model, Function<NetworkModel, UserEncoder> open) {
    List<UserEncoder> members = new ArrayList<>();
    try {
      for (NetworkModel network : model.networks()) {
        members.add(open.apply(network));
      }
      return new EnsembleEncoder(model.config(), members);
    } catch (RuntimeException e) {
      members.forEach(UserEncoder::close);
      throw e;
    }
  }

  /// The engine's own name after the number of members, e.g. `4 × djl pytorch-2.7.1 cpu float32`.
  @Override
  public String engine() {
    return "%d × %s".formatted(members.size(), members.getFirst().engine());
  }

  @Override
  public EnsembleConfig config() {
    return config;
  }

  @Override
  public void encode(HistoryBatch batch, float[] target) {
    batch.requireRoom(target, config.embeddingDim());
    float[] scratch = scratch(Math.multiplyExact(batch.users(), widest));
    int from = 0;
    for (UserEncoder member : members) {
      member.encode(batch, scratch);
      int width = member.config().embeddingDim();
      place(scratch, width, batch.users(), target, from);
      from += width;
    }
    if (scratch.length <= KEPT_VALUES) {
      boolean _ = scratches.offer(scratch); // enough are kept already
    }
  }

  /// A member's embeddings, row after row, into its columns of the whole.
  private void place(float[] rows, int width, int users, float[] target, int from) {
    float scale = config.scale();
    int stride = config.embeddingDim();
    for (int b = 0; b < users; b++) {
      for (int c = 0; c < width; c++) {
        target[b * stride + from + c] = scale * rows[b * width + c];
      }
    }
  }

  private float[] scratch(int values) {
    float @Nullable [] kept = scratches.poll();
    return kept != null && kept.length >= values ? kept : new float[values];
  }

  @Override
  public void close() {
    members.forEach(UserEncoder::close);
  }
}
