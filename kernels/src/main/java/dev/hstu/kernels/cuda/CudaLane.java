package dev.hstu.kernels.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/// One stream of work on a GPU with the memory it needs; owns both. Several lanes of a model run
/// side by side. For one thread at a time, which is checked.
///
/// A batch is laid down with [#put], encoded, and its embeddings read with [#copyEmbeddings].
public final class CudaLane implements AutoCloseable {

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private final CudaModel model;
  private final MemorySegment handle;
  private final LaneBuffers buffers;
  private final int maxTokens;
  private final int maxUsers;
  private final AtomicBoolean busy = new AtomicBoolean();
  private boolean closed;

  CudaLane(CudaModel model, MemorySegment handle, int maxTokens, int maxUsers) {
    this.model = model;
    this.handle = handle;
    this.maxTokens = maxTokens;
    this.maxUsers = maxUsers;
    this.buffers = CudaFunctions.buffers(handle, model.shape().dim());
  }

  public int maxTokens() {
    return maxTokens;
  }

  public int maxUsers() {
    return maxUsers;
  }

  /// Lays down users `from .. to-1` of a jagged batch.
  ///
  /// @param offsets int32 `[> to]`, user `u` owns entries `offsets[u] .. offsets[u+1]-1` of `items`
  ///     and `times`
  /// @throws IllegalArgumentException when they are more than the lane has room for
  public void put(int[] offsets, int[] items, long[] times, long[] requestTimes, int from, int to) {
    Objects.checkFromToIndex(from, to, requestTimes.length);
    int first = offsets[from];
    int tokens = offsets[to] - first;
    int users = to - from;
    if (users > maxUsers || tokens > maxTokens) {
      throw new IllegalArgumentException(
          "%d users with %d events are beyond the lane's %d with %d"
              .formatted(users, tokens, maxUsers, maxTokens));
    }
    enter();
    try {
      for (int user = 0; user <= users; user++) {
        buffers.offsets().setAtIndex(INT, user, offsets[from + user] - first);
      }
      MemorySegment.copy(items, first, buffers.items(), INT, 0, tokens);
      MemorySegment.copy(times, first, buffers.times(), LONG, 0, tokens);
      MemorySegment.copy(requestTimes, from, buffers.requestTimes(), LONG, 0, users);
    } finally {
      busy.set(false);
    }
  }

  /// Encodes the first `users` of what was laid down, and returns when they are done.
  ///
  /// @throws CudaException naming what was refused or which CUDA call failed; the lane may be used
  ///     again
  public void encode(int users) {
    requireUsers(users);
    enter();
    try {
      CudaFunctions.encode(handle, users);
    } finally {
      busy.set(false);
    }
  }

  /// Encodes like [#encode] and keeps users' states.
  ///
  /// @param firstPages `[users]` where a user's page numbers begin in `pageTable`, or -1: not kept
  /// @param pageTable page numbers of `states`, `entries` of them
  public void encodeKeeping(
      CudaStates states, int users, int[] firstPages, int[] pageTable, int entries) {
    requireUsers(users);
    enter();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment first = arena.allocateFrom(INT, firstPages);
      MemorySegment table = arena.allocateFrom(INT, pageTable);
      Objects.checkFromIndexSize(0, users, firstPages.length);
      Objects.checkFromIndexSize(0, entries, pageTable.length);
      states.enter();
      try {
        CudaFunctions.encodeKeeping(handle, states.handle(), users, first, table, entries);
      } finally {
        states.leave();
      }
    } finally {
      busy.set(false);
    }
  }

  /// Copies the embeddings of the first `users`, float32 row-major `[users][D]`.
  public void copyEmbeddings(int users, float[] target, int offset) {
    requireUsers(users);
    enter();
    try {
      MemorySegment.copy(
          buffers.embeddings(), FLOAT, 0, target, offset, users * model.shape().dim());
    } finally {
      busy.set(false);
    }
  }

  /// Computes all rows of all blocks, for verification.
  ///
  /// @param streams out, float32 `[b][tokens][D]`, off the heap: the residual stream after each
  ///     block
  /// @param rows out, float32 `[tokens][D]`, off the heap: the last stream at unit length
  public void trace(int users, MemorySegment streams, MemorySegment rows) {
    requireUsers(users);
    enter();
    try {
      long tokens = buffers.offsets().getAtIndex(INT, users);
      long bytes = tokens * model.shape().dim() * Float.BYTES;
      Objects.checkFromIndexSize(0, bytes * model.shape().blocks(), streams.byteSize());
      Objects.checkFromIndexSize(0, bytes, rows.byteSize());
      CudaFunctions.trace(handle, users, streams, rows);
    } finally {
      busy.set(false);
    }
  }

  private void requireUsers(int users) {
    if (users < 1 || users > maxUsers) {
      throw new IllegalArgumentException(
          "users=%d must be within 1..%d, the lane's".formatted(users, maxUsers));
    }
  }

  private void enter() {
    if (!busy.compareAndSet(false, true)) {
      throw new IllegalStateException("the lane is in use by another thread");
    }
    if (closed) {
      busy.set(false);
      throw new IllegalStateException("the lane is closed");
    }
  }

  /// Waits for what is in flight and frees all memory; a second call does nothing.
  @Override
  public void close() {
    if (closed) {
      return;
    }
    enter();
    closed = true;
    busy.set(false);
    CudaFunctions.closeLane(handle);
    model.laneClosed();
  }
}
