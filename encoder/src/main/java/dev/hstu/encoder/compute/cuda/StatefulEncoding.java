package dev.hstu.encoder.compute.cuda;

import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Encodes by appending to kept states where there are any, and anew, keeping, where not. Owns the
/// states.
///
/// What a state gives differs from an encode by rounding alone, but it differs: with kept states, a
/// user's bits depend on what was asked before. Callers go one at a time, since the pages are one
/// pool; an append takes a tenth of an encode's time.
final class StatefulEncoding implements AutoCloseable {

  /// Furthest from a state's origin that a time may lie, before or after: the kernel takes
  /// differences of two times in 32 bits.
  static final long MAX_DISTANCE_SECONDS = 1_073_741_823L;

  private final int dimension;
  private final StateStore store;
  private final UserStates states;

  /// @param dimension `D`
  /// @param maxEvents `Nmax`
  StatefulEncoding(StateStore store, int dimension, int maxEvents) {
    this.dimension = dimension;
    this.store = store;
    this.states = new UserStates(store.pages(), maxEvents);
  }

  /// Users of a batch that goes this way: larger ones would only push each other out.
  int maxUsers() {
    return store.maxUsers();
  }

  /// One user on the way from its state to the batch's end.
  ///
  /// @param next index in the batch of the first event that the state lacks
  private record Lagging(int user, KeptState state, int next) {}

  /// Encodes a batch of at most [#maxUsers].
  ///
  /// @throws RuntimeException when the GPU fails; the states of the batch's users are forgotten
  synchronized void encode(HistoryBatch batch, EncodingLane lane, float[] target) {
    states.begin();
    try {
      List<Lagging> lagging = new ArrayList<>();
      List<Integer> unknown = new ArrayList<>();
      for (int user = 0; user < batch.users(); user++) {
        @Nullable KeptState state = find(batch, user);
        if (state == null) {
          unknown.add(user);
        } else {
          lagging.add(new Lagging(user, state, batch.offsets()[user] + state.length));
        }
      }
      while (!lagging.isEmpty()) {
        lagging = append(batch, lagging, unknown, target);
      }
      if (!unknown.isEmpty()) {
        encodeKeeping(batch, unknown, lane, target);
      }
    } catch (RuntimeException e) {
      states.dropCall();
      throw e;
    }
  }

  private @Nullable KeptState find(HistoryBatch batch, int user) {
    int from = batch.offsets()[user];
    int to = batch.offsets()[user + 1];
    @Nullable KeptState state = states.find(batch.items(), batch.times(), from, to);
    if (state == null || fits(state, batch, user)) {
      return state;
    }
    states.drop(state); // its origin lies too far off; an encode takes a new one
    return null;
  }

  /// Whether new times are within 31 bits of the state's origin.
  private static boolean fits(KeptState state, HistoryBatch batch, int user) {
    boolean fits = near(batch.requestTimes()[user], state.origin);
    for (int i = batch.offsets()[user] + state.length; i < batch.offsets()[user + 1]; i++) {
      fits = fits && near(batch.times()[i], state.origin);
    }
    return fits;
  }

  private static boolean near(long time, long origin) {
    return time - origin <= MAX_DISTANCE_SECONDS && origin - time <= MAX_DISTANCE_SECONDS;
  }

  /// One event further for each, or the request time where none is missing. Returns who lacks more.
  private List<Lagging> append(
      HistoryBatch batch, List<Lagging> lagging, List<Integer> unknown, float[] target) {
    List<Lagging> called = new ArrayList<>();
    for (Lagging user : lagging) {
      boolean event = user.next < batch.offsets()[user.user + 1];
      if (event && !states.grow(user.state, batch.items()[user.next], batch.times()[user.next])) {
        unknown.add(user.user);
        continue;
      }
      store.put(called.size(), user.state, event, timeAfter(batch, user));
      called.add(user);
    }
    if (!called.isEmpty()) {
      store.append(called.size());
    }
    List<Lagging> further = new ArrayList<>();
    for (int i = 0; i < called.size(); i++) {
      Lagging user = called.get(i);
      if (user.next + 1 < batch.offsets()[user.user + 1]) {
        further.add(new Lagging(user.user, user.state, user.next + 1));
      } else {
        store.copyEmbedding(i, target, user.user * dimension);
      }
    }
    return further;
  }

  /// The time of what follows the event at hand: the next event or the request.
  private static long timeAfter(HistoryBatch batch, Lagging user) {
    return user.next + 1 < batch.offsets()[user.user + 1]
        ? batch.times()[user.next + 1]
        : batch.requestTimes()[user.user];
  }

  private void encodeKeeping(
      HistoryBatch batch, List<Integer> users, EncodingLane lane, float[] target) {
    HistoryBatch part = part(batch, users);
    float[] embeddings = new float[users.size() * dimension];
    for (UserRange range : UserRange.split(part, lane.maxTokens(), lane.maxUsers())) {
      List<@Nullable KeptState> kept = new ArrayList<>();
      for (int user = range.from(); user < range.to(); user++) {
        kept.add(keep(part, user));
      }
      lane.encodeKeeping(part, range, store, kept, embeddings);
    }
    for (int i = 0; i < users.size(); i++) {
      System.arraycopy(embeddings, i * dimension, target, users.get(i) * dimension, dimension);
    }
  }

  /// Pages for a user, unless its times lie too far apart. The GPU's times are relative to the
  /// smallest.
  private @Nullable KeptState keep(HistoryBatch batch, int user) {
    int from = batch.offsets()[user];
    int to = batch.offsets()[user + 1];
    long least = batch.requestTimes()[user];
    long greatest = least;
    for (int i = from; i < to; i++) {
      least = Math.min(least, batch.times()[i]);
      greatest = Math.max(greatest, batch.times()[i]);
    }
    return near(greatest, least)
        ? states.keep(batch.items(), batch.times(), from, to, least)
        : null;
  }

  private static HistoryBatch part(HistoryBatch batch, List<Integer> users) {
    int[] offsets = new int[users.size() + 1];
    for (int i = 0; i < users.size(); i++) {
      offsets[i + 1] = offsets[i] + batch.length(users.get(i));
    }
    int[] items = new int[offsets[users.size()]];
    long[] times = new long[items.length];
    long[] requestTimes = new long[users.size()];
    for (int i = 0; i < users.size(); i++) {
      int user = users.get(i);
      int from = batch.offsets()[user];
      System.arraycopy(batch.items(), from, items, offsets[i], batch.length(user));
      System.arraycopy(batch.times(), from, times, offsets[i], batch.length(user));
      requestTimes[i] = batch.requestTimes()[user];
    }
    return new HistoryBatch(offsets, items, times, requestTimes);
  }

  @Override
  public synchronized void close() {
    store.close();
  }
}
