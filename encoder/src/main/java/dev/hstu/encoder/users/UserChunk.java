package dev.hstu.encoder.users;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Neighbouring users of a log, encoded together.
///
/// @param from the first user
/// @param to after the last
/// @param present how many of them have events
/// @param tokens kept tokens of all of them, at most
record UserChunk(int from, int to, int present, int tokens) {

  /// Kept events of a chunk: enough to fill a GPU, little enough that several chunks in flight
  /// cost little memory.
  static final int MAX_TOKENS = 65_536;

  /// Users of a chunk, for data of short histories.
  static final int MAX_USERS = 4_096;

  /// The longest chunk from a user on; a single user may exceed the bound on tokens.
  static UserChunk from(int first, InteractionLog log, HistoryWindow window) {
    int to = first;
    int present = 0;
    int tokens = 0;
    while (to < log.users() && to - first < MAX_USERS) {
      int events = window.kept(log.length(to));
      int kept = events == 0 ? 0 : Math.min(window.maxEvents(), events + log.series().count(to));
      if (to > first && tokens + kept > MAX_TOKENS) {
        break;
      }
      tokens += kept;
      present += kept > 0 ? 1 : 0;
      to++;
    }
    return new UserChunk(first, to, present, tokens);
  }

  int users() {
    return to - from;
  }

  /// Embeddings of all its users, float32 `(users, D)`; zeros for one without events.
  float[] encode(
      InteractionLog log, HistoryWindow window, RequestTime requestTime, UserEncoder encoder) {
    int d = encoder.config().embeddingDim();
    float[] vectors = new float[users() * d];
    encoder.encode(batch(log, window, requestTime), vectors);
    // The batch has no empty users: from the last on, each moves to its own place.
    int row = present - 1;
    for (int user = users() - 1; user > row; user--) {
      boolean empty = log.length(from + user) == 0;
      if (empty) {
        Arrays.fill(vectors, user * d, (user + 1) * d, 0);
      } else {
        System.arraycopy(vectors, row * d, vectors, user * d, d);
        row--;
      }
    }
    return vectors;
  }

  private HistoryBatch batch(InteractionLog log, HistoryWindow window, RequestTime requestTime) {
    List<UserHistory> histories = new ArrayList<>(present);
    for (int user = from; user < to; user++) {
      int events = log.length(user);
      if (events > 0) {
        int end = log.start(user) + events;
        // The window of events and series together is never longer than that of the events alone.
        int first = end - window.kept(events);
        histories.add(
            new UserHistory(
                Arrays.copyOfRange(log.items(), first, end),
                Arrays.copyOfRange(log.times(), first, end),
                Arrays.copyOfRange(log.actions(), first, end),
                requestTime.after(log.times()[end - 1]),
                log.series().of(user)));
      }
    }
    return HistoryBatch.of(histories, window);
  }
}
