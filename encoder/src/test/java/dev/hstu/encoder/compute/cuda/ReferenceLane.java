package dev.hstu.encoder.compute.cuda;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.compute.ForwardTrace;
import dev.hstu.encoder.compute.ReferenceEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The native side's place in tests: a lane that encodes with the reference, refuses what a lane
/// has no room for, and notices being shared.
final class ReferenceLane implements EncodingLane {

  private final HstuConfig config;
  private final ReferenceEncoder reference;
  private final int maxTokens;
  private final int maxUsers;
  private final AtomicBoolean busy = new AtomicBoolean();
  final AtomicInteger encodes = new AtomicInteger();
  volatile boolean failing;
  volatile boolean closed;

  ReferenceLane(HstuConfig config, ModelWeights weights, int maxTokens, int maxUsers) {
    this.config = config;
    this.reference = new ReferenceEncoder(config, weights, Precision.FLOAT32);
    this.maxTokens = maxTokens;
    this.maxUsers = maxUsers;
  }

  @Override
  public int maxTokens() {
    return maxTokens;
  }

  @Override
  public int maxUsers() {
    return maxUsers;
  }

  @Override
  public void encode(HistoryBatch batch, UserRange users, float[] target) {
    enter();
    try {
      float[] part = new float[users.users() * config.embeddingDim()];
      reference.encode(part(batch, users), part);
      System.arraycopy(part, 0, target, users.from() * config.embeddingDim(), part.length);
    } finally {
      busy.set(false);
    }
  }

  /// The pages it writes are those of [PagedEvents].
  @Override
  public void encodeKeeping(
      HistoryBatch batch,
      UserRange users,
      StateStore store,
      List<@Nullable KeptState> states,
      float[] target) {
    encode(batch, users, target);
    for (int i = 0; i < users.users(); i++) {
      @Nullable KeptState state = states.get(i);
      if (state != null) {
        ((PagedEvents) store).fill(state);
      }
    }
  }

  @Override
  public StreamRows trace(HistoryBatch batch, UserRange users) {
    enter();
    try {
      HistoryBatch part = part(batch, users);
      ForwardTrace trace = reference.trace(part);
      float[][] streams =
          trace.blocks().stream().map(ReferenceLane::narrow).toArray(float[][]::new);
      int d = config.embeddingDim();
      float[] normalised = new float[part.items().length * d];
      float[] sequence = narrow(trace.sequence());
      for (int b = 0; b < part.users(); b++) {
        System.arraycopy(
            sequence,
            b * config.slots() * d,
            normalised,
            part.offsets()[b] * d,
            part.length(b) * d);
      }
      return new StreamRows(streams, normalised);
    } finally {
      busy.set(false);
    }
  }

  private void enter() {
    if (closed || !busy.compareAndSet(false, true)) {
      throw new AssertionError(closed ? "used after close" : "shared by two threads");
    }
    encodes.incrementAndGet();
    if (failing) {
      busy.set(false);
      throw new IllegalStateException("cudaMemcpyAsync: planted");
    }
  }

  private HistoryBatch part(HistoryBatch batch, UserRange users) {
    int first = batch.offsets()[users.from()];
    int last = batch.offsets()[users.to()];
    if (users.users() > maxUsers || last - first > maxTokens) {
      throw new AssertionError("%s is beyond the lane".formatted(users));
    }
    int[] offsets = Arrays.copyOfRange(batch.offsets(), users.from(), users.to() + 1);
    for (int b = 0; b < offsets.length; b++) {
      offsets[b] -= first;
    }
    return new HistoryBatch(
        offsets,
        Arrays.copyOfRange(batch.items(), first, last),
        Arrays.copyOfRange(batch.times(), first, last),
        Arrays.copyOfRange(batch.requestTimes(), users.from(), users.to()));
  }

  private static float[] narrow(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }

  @Override
  public void close() {
    closed = true;
  }
}
