package dev.hstu.kernels.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/// Keys and values of users' rows, kept on a GPU in pages so that an appended event recomputes two
/// rows a block instead of all; owns the pages. Which user owns which page is the caller's
/// business. For one thread at a time, which is checked.
///
/// A call is laid down with [#put] and [#putPages], made with [#append], and its embeddings read
/// with [#copyEmbedding]. States come into being by [CudaLane#encodeKeeping].
public final class CudaStates implements AutoCloseable {

  /// Rows of a page: a user of `L` events owns `ceil(L / PAGE_ROWS)` pages.
  public static final int PAGE_ROWS = 64;

  /// Most users of a call, as in `hstu_cuda.h`.
  public static final int MAX_USERS = 1_024;

  /// int32 fields of `hstu_append`.
  static final int FIELDS = 8;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private final CudaModel model;
  private final MemorySegment handle;
  private final StateBuffers buffers;
  private final AtomicBoolean busy = new AtomicBoolean();
  private boolean closed;

  CudaStates(CudaModel model, MemorySegment handle) {
    this.model = model;
    this.handle = handle;
    this.buffers = CudaFunctions.stateBuffers(handle, model.shape().dim());
  }

  /// Pages there are, numbered from 0.
  public int pages() {
    return buffers.pages();
  }

  /// Users of a call.
  public int maxUsers() {
    return buffers.maxUsers();
  }

  /// Lays down one user of a call. Times are seconds since the smallest of the encode that kept the
  /// state, its request time included.
  ///
  /// @param length events, the appended one counted
  /// @param rows 2 when an event came, 1 when only the request time moved or there is one event
  /// @param items of the last two events; with one row only the second is read
  /// @param times likewise
  /// @param firstPage where its page numbers begin among those of [#putPages]
  public void put(
      int user, int length, int rows, int[] items, int[] times, int requestTime, int firstPage) {
    Objects.checkIndex(user, maxUsers());
    MemorySegment target = buffers.appends();
    long at = (long) user * FIELDS;
    target.setAtIndex(INT, at, length);
    target.setAtIndex(INT, at + 1, rows);
    target.setAtIndex(INT, at + 2, items[0]);
    target.setAtIndex(INT, at + 3, items[1]);
    target.setAtIndex(INT, at + 4, times[0]);
    target.setAtIndex(INT, at + 5, times[1]);
    target.setAtIndex(INT, at + 6, requestTime);
    target.setAtIndex(INT, at + 7, firstPage);
  }

  /// Lays down page numbers from entry `first` on.
  public void putPages(int first, int[] pages, int count) {
    MemorySegment.copy(pages, 0, buffers.pageTable(), INT, (long) first * Integer.BYTES, count);
  }

  /// Appends to the first `users` laid down, and returns when they are done.
  ///
  /// @throws CudaException naming what was refused or which CUDA call failed
  public void append(int users) {
    Objects.checkFromIndexSize(0, users, maxUsers());
    enter();
    try {
      CudaFunctions.append(handle, users);
    } finally {
      busy.set(false);
    }
  }

  /// Copies the embedding of one user of the last call, float32 `[D]`.
  public void copyEmbedding(int user, float[] target, int offset) {
    Objects.checkIndex(user, maxUsers());
    int d = model.shape().dim();
    MemorySegment.copy(
        buffers.embeddings(), FLOAT, (long) user * d * Float.BYTES, target, offset, d);
  }

  MemorySegment handle() {
    return handle;
  }

  void enter() {
    if (!busy.compareAndSet(false, true)) {
      throw new IllegalStateException("the states are in use by another thread");
    }
    if (closed) {
      busy.set(false);
      throw new IllegalStateException("the states are closed");
    }
  }

  void leave() {
    busy.set(false);
  }

  /// Frees the pages; a second call does nothing.
  @Override
  public void close() {
    if (closed) {
      return;
    }
    enter();
    closed = true;
    busy.set(false);
    CudaFunctions.closeStates(handle);
    model.laneClosed();
  }
}
