package dev.hstu.encoder.compute.cuda;

import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.kernels.cuda.CudaLane;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// [EncodingLane] of the CUDA library; owns the lane.
final class NativeLane implements EncodingLane {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private final HstuConfig config;
  private final CudaLane lane;

  NativeLane(HstuConfig config, CudaLane lane) {
    this.config = config;
    this.lane = lane;
  }

  @Override
  public int maxTokens() {
    return lane.maxTokens();
  }

  @Override
  public int maxUsers() {
    return lane.maxUsers();
  }

  @Override
  public void encode(HistoryBatch batch, UserRange users, float[] target) {
    put(batch, users);
    lane.encode(users.users());
    lane.copyEmbeddings(users.users(), target, users.from() * config.embeddingDim());
  }

  @Override
  public void encodeKeeping(
      HistoryBatch batch,
      UserRange users,
      StateStore store,
      List<@Nullable KeptState> states,
      float[] target) {
    if (!(store instanceof NativeStateStore pages)) {
      throw new IllegalArgumentException("states of %s are not on a GPU".formatted(store));
    }
    int[] firstPages = new int[users.users()];
    int entries = 0;
    for (int i = 0; i < firstPages.length; i++) {
      @Nullable KeptState state = states.get(i);
      firstPages[i] = state == null ? -1 : entries;
      entries += state == null ? 0 : state.pageCount;
    }
    int[] pageTable = new int[entries];
    for (int i = 0; i < firstPages.length; i++) {
      @Nullable KeptState state = states.get(i);
      if (state != null) {
        System.arraycopy(state.pages, 0, pageTable, firstPages[i], state.pageCount);
      }
    }
    put(batch, users);
    lane.encodeKeeping(pages.states(), users.users(), firstPages, pageTable, entries);
    lane.copyEmbeddings(users.users(), target, users.from() * config.embeddingDim());
  }

  @Override
  public StreamRows trace(HistoryBatch batch, UserRange users) {
    put(batch, users);
    int rows = batch.offsets()[users.to()] - batch.offsets()[users.from()];
    int values = rows * config.embeddingDim();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment streams = arena.allocate(FLOAT, (long) values * config.blocks());
      MemorySegment normalised = arena.allocate(FLOAT, values);
      lane.trace(users.users(), streams, normalised);
      float[][] blocks = new float[config.blocks()][values];
      for (int i = 0; i < blocks.length; i++) {
        MemorySegment.copy(streams, FLOAT, (long) i * values * Float.BYTES, blocks[i], 0, values);
      }
      return new StreamRows(blocks, normalised.toArray(FLOAT));
    }
  }

  private void put(HistoryBatch batch, UserRange users) {
    lane.put(
        batch.offsets(),
        batch.items(),
        batch.times(),
        batch.requestTimes(),
        users.from(),
        users.to());
  }

  @Override
  public void close() {
    lane.close();
  }
}
