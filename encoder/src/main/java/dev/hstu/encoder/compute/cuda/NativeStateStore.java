package dev.hstu.encoder.compute.cuda;

import dev.hstu.kernels.cuda.CudaStates;

/// [StateStore] of the CUDA library; owns the pages.
final class NativeStateStore implements StateStore {

  private final CudaStates states;
  private final int[] items = new int[2];
  private final int[] times = new int[2];
  private int tableEntries;

  NativeStateStore(CudaStates states) {
    this.states = states;
  }

  CudaStates states() {
    return states;
  }

  @Override
  public int pages() {
    return states.pages();
  }

  @Override
  public int maxUsers() {
    return states.maxUsers();
  }

  @Override
  public void put(int index, KeptState state, boolean appended, long requestTime) {
    if (index == 0) {
      tableEntries = 0;
    }
    int length = state.length;
    boolean two = appended && length > 1;
    for (int i = 0; i < 2; i++) {
      int event = Math.max(length - 2 + i, 0);
      items[i] = state.items[event];
      times[i] = Math.toIntExact(state.times[event] - state.origin);
    }
    int request = Math.toIntExact(requestTime - state.origin);
    states.put(index, length, two ? 2 : 1, items, times, request, tableEntries);
    states.putPages(tableEntries, state.pages, state.pageCount);
    tableEntries += state.pageCount;
  }

  @Override
  public void append(int users) {
    states.append(users);
  }

  @Override
  public void copyEmbedding(int index, float[] target, int offset) {
    states.copyEmbedding(index, target, offset);
  }

  @Override
  public void close() {
    states.close();
  }
}
