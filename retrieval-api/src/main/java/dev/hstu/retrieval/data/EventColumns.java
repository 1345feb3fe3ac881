package dev.hstu.retrieval.data;

import java.util.ArrayDeque;

/// Events in the order of the files, in columns that grow by chunks: 20 bytes an event, never
/// copied while they grow.
final class EventColumns {

  /// Most events one array can index.
  static final int MAX_EVENTS = Integer.MAX_VALUE - 8;

  private static final int CHUNK_BITS = 16;
  private static final int CHUNK_EVENTS = 1 << CHUNK_BITS;

  private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
  private int size;

  /// Adds an event.
  ///
  /// @throws UnusableInputException when there is no room for more
  void add(int user, int item, long time, float action) {
    if (size == MAX_EVENTS) {
      throw new UnusableInputException(
          "there are more than %d events; import the newest ones only".formatted(MAX_EVENTS));
    }
    int at = size & (CHUNK_EVENTS - 1);
    if (at == 0) {
      chunks.add(new Chunk());
    }
    Chunk chunk = chunks.getLast();
    chunk.users[at] = user;
    chunk.items[at] = item;
    chunk.times[at] = time;
    chunk.actions[at] = action;
    size++;
  }

  int size() {
    return size;
  }

  /// Events of each of `users` users.
  int[] countByUser(int users) {
    int[] counts = new int[users];
    int left = size;
    for (Chunk chunk : chunks) {
      int count = Math.min(left, CHUNK_EVENTS);
      for (int at = 0; at < count; at++) {
        counts[chunk.users[at]]++;
      }
      left -= count;
    }
    return counts;
  }

  /// Hands every event to `sink` in order and frees each chunk behind it; afterwards there are
  /// none.
  void drainTo(EventSink sink) {
    for (Chunk chunk = chunks.pollFirst(); chunk != null; chunk = chunks.pollFirst()) {
      int count = Math.min(size, CHUNK_EVENTS);
      for (int at = 0; at < count; at++) {
        sink.accept(chunk.users[at], chunk.items[at], chunk.times[at], chunk.actions[at]);
      }
      size -= count;
    }
  }

  /// Takes one event.
  @FunctionalInterface
  interface EventSink {
    void accept(int user, int item, long time, float action);
  }

  private static final class Chunk {
    final int[] users = new int[CHUNK_EVENTS];
    final int[] items = new int[CHUNK_EVENTS];
    final long[] times = new long[CHUNK_EVENTS];
    final float[] actions = new float[CHUNK_EVENTS];
  }
}
