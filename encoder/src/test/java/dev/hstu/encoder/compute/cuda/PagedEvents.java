package dev.hstu.encoder.compute.cuda;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.kernels.cuda.CudaStates;
import java.util.ArrayList;
import java.util.List;

/// The GPU's pages in tests: rows hold the events they stand for, and an append reads the events
/// before the new one from there, so that a page in wrong hands shows in the embedding.
final class PagedEvents implements StateStore {

  private record Call(
      int length, int[] pages, boolean appended, int item, long time, long request) {}

  private final UserEncoder reference;
  private final int dimension;
  private final int[][] items;
  private final long[][] times;
  private final int maxUsers;
  private final List<Call> calls = new ArrayList<>();
  private float[] embeddings = new float[0];
  int appends;
  int refreshes;
  boolean failing;
  boolean closed;

  /// @param reference what embeddings are computed with
  PagedEvents(UserEncoder reference, int pages, int maxUsers) {
    this.reference = reference;
    this.dimension = reference.config().embeddingDim();
    this.items = new int[pages][CudaStates.PAGE_ROWS];
    this.times = new long[pages][CudaStates.PAGE_ROWS];
    this.maxUsers = maxUsers;
  }

  /// Writes all events of a state, as an encode does.
  void fill(KeptState state) {
    for (int i = 0; i < state.length; i++) {
      write(state.pages, i, state.items[i], state.times[i]);
    }
  }

  private void write(int[] pages, int event, int item, long time) {
    int page = pages[event / CudaStates.PAGE_ROWS];
    items[page][event % CudaStates.PAGE_ROWS] = item;
    times[page][event % CudaStates.PAGE_ROWS] = time;
  }

  @Override
  public int pages() {
    return items.length;
  }

  @Override
  public int maxUsers() {
    return maxUsers;
  }

  @Override
  public void put(int index, KeptState state, boolean appended, long requestTime) {
    if (index == 0) {
      calls.clear();
    }
    int last = state.length - 1;
    calls.add(
        new Call(
            state.length,
            state.pages.clone(),
            appended,
            state.items[last],
            state.times[last],
            requestTime));
  }

  @Override
  public void append(int users) {
    if (failing) {
      throw new IllegalStateException("the GPU is gone");
    }
    embeddings = new float[users * dimension];
    for (int user = 0; user < users; user++) {
      Call call = calls.get(user);
      if (call.appended) {
        appends++;
        write(call.pages, call.length - 1, call.item, call.time);
      } else {
        refreshes++;
      }
      HistoryBatch alone = read(call);
      float[] embedding = new float[dimension];
      reference.encode(alone, embedding);
      System.arraycopy(embedding, 0, embeddings, user * dimension, dimension);
    }
  }

  private HistoryBatch read(Call call) {
    int[] rowItems = new int[call.length];
    long[] rowTimes = new long[call.length];
    for (int i = 0; i < call.length; i++) {
      int page = call.pages[i / CudaStates.PAGE_ROWS];
      rowItems[i] = items[page][i % CudaStates.PAGE_ROWS];
      rowTimes[i] = times[page][i % CudaStates.PAGE_ROWS];
    }
    return new HistoryBatch(
        new int[] {0, call.length}, rowItems, rowTimes, new long[] {call.request});
  }

  @Override
  public void copyEmbedding(int index, float[] target, int offset) {
    System.arraycopy(embeddings, index * dimension, target, offset, dimension);
  }

  @Override
  public void close() {
    closed = true;
  }
}
