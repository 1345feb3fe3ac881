package dev.hstu.encoder.compute.cuda;

import dev.hstu.kernels.cuda.CudaStates;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which users' keys and values lie in which pages of the GPU, within a bound; who wasn't asked for
/// longest goes first.
///
/// A state is found by the events it was computed from, not by a user's name: it is the right one
/// exactly when its events are those asked for, or all of them but the newest few (HSTU.md, "What
/// follows from it"). So a changed or replayed history can't meet a wrong state, and the window's
/// rule needs no case of its own: while a window of hop `h` stays, its events only grow, and when
/// it slides, no state has the new ones.
///
/// Knows pages by number only. For one thread at a time. Between [#begin] calls any state may go;
/// within one, no state that it touched.
final class UserStates {

  /// Newest events by which a state may lag behind: each costs one append, and a few of those cost
  /// what encoding anew does.
  static final int MOST_MISSED_EVENTS = 3;

  private static final long FACTOR = 0x9E3779B97F4A7C15L; // odd, and well mixed: 2^64 over phi

  private final int maxEvents;
  private final int maxPages;
  private final int[] free;
  private int freeCount;
  private final Map<Long, KeptState> states = new LinkedHashMap<>(16, 0.75f, true);
  private final long[] hashes = new long[MOST_MISSED_EVENTS + 1];
  private long call;

  /// @param pages of the GPU, numbered from 0; at least those of one user
  /// @param maxEvents `Nmax`
  UserStates(int pages, int maxEvents) {
    this.maxEvents = maxEvents;
    this.maxPages = pagesOf(maxEvents);
    if (pages < maxPages) {
      throw new IllegalArgumentException(
          "%d pages can't hold a user of %d events, who takes %d"
              .formatted(pages, maxEvents, maxPages));
    }
    free = new int[pages];
    for (int page = pages - 1; page >= 0; page--) {
      free[freeCount++] = page;
    }
  }

  static int pagesOf(int events) {
    return Math.ceilDiv(events, CudaStates.PAGE_ROWS);
  }

  /// States there are.
  int size() {
    return states.size();
  }

  /// Starts a call: states touched by earlier ones may be evicted again.
  void begin() {
    call++;
  }

  /// The state whose events are those of `items[from, to)`, or all but the newest
  /// [#MOST_MISSED_EVENTS]; the longest such. Null where there is none, or where this call has
  /// handed that one out already: no other is tried, so that no two states of a call ever grow into
  /// the same.
  @Nullable KeptState find(int[] items, long[] times, int from, int to) {
    hashPrefixes(items, times, from, to);
    int length = to - from;
    for (int missed = 0; missed <= Math.min(MOST_MISSED_EVENTS, length - 1); missed++) {
      @Nullable KeptState state = states.get(hashes[missed]);
      if (state != null
          && state.length == length - missed
          && state.isPrefixOf(items, times, from)) {
        if (state.call == call) {
          return null;
        }
        state.call = call;
        return state;
      }
    }
    return null;
  }

  /// Takes pages for a user to be encoded, evicting others if need be.
  ///
  /// @param origin see [KeptState#origin]
  /// @return null where every page belongs to a state of this call, or one of its states has these
  ///     events already
  @Nullable KeptState keep(int[] items, long[] times, int from, int to, long origin) {
    int length = to - from;
    int pages = pagesOf(length);
    hashPrefixes(items, times, from, to);
    @Nullable KeptState same = states.get(hashes[0]);
    if ((same != null && same.call == call) || !makeRoom(pages)) {
      return null;
    }
    KeptState state = new KeptState(maxEvents, maxPages, origin);
    System.arraycopy(items, from, state.items, 0, length);
    System.arraycopy(times, from, state.times, 0, length);
    state.length = length;
    state.call = call;
    while (state.pageCount < pages) {
      state.pages[state.pageCount++] = free[--freeCount];
    }
    file(state, hashes[0]);
    return state;
  }

  /// Adds an event to a state, with a page where it needs one.
  ///
  /// @return false, with the state dropped, where there is no page for it
  boolean grow(KeptState state, int item, long time) {
    if (pagesOf(state.length + 1) > state.pageCount) {
      if (!makeRoom(1)) {
        drop(state);
        return false;
      }
      state.pages[state.pageCount++] = free[--freeCount];
    }
    states.remove(state.hash, state);
    state.items[state.length] = item;
    state.times[state.length] = time;
    state.length++;
    file(state, extended(state.hash, item, time));
    return true;
  }

  /// Forgets a state and gives its pages back.
  void drop(KeptState state) {
    if (states.remove(state.hash, state)) {
      release(state);
    }
  }

  /// Forgets every state of the current call: after a failure nobody knows what its pages hold.
  void dropCall() {
    for (Iterator<KeptState> all = states.values().iterator(); all.hasNext(); ) {
      KeptState state = all.next();
      if (state.call == call) {
        all.remove();
        release(state);
      }
    }
  }

  private void file(KeptState state, long hash) {
    state.hash = hash;
    @Nullable KeptState displaced = states.put(hash, state);
    if (displaced != null) {
      release(displaced); // the same events kept twice, or a collision
    }
  }

  private void release(KeptState state) {
    while (state.pageCount > 0) {
      free[freeCount++] = state.pages[--state.pageCount];
    }
  }

  /// Evicts until `pages` are free, the longest unused first.
  private boolean makeRoom(int pages) {
    Iterator<KeptState> eldest = states.values().iterator();
    while (freeCount < pages && eldest.hasNext()) {
      KeptState state = eldest.next();
      if (state.call != call) {
        eldest.remove();
        release(state);
      }
    }
    return freeCount >= pages;
  }

  /// `hashes[m]` is that of all events but the newest `m`.
  private void hashPrefixes(int[] items, long[] times, int from, int to) {
    long hash = 0;
    for (int i = from; i < to; i++) {
      hash = extended(hash, items[i], times[i]);
      if (to - 1 - i <= MOST_MISSED_EVENTS) {
        hashes[to - 1 - i] = hash;
      }
    }
  }

  private static long extended(long hash, int item, long time) {
    long mixed = (hash ^ item) * FACTOR;
    mixed = ((mixed ^ mixed >>> 32) + time) * FACTOR;
    return mixed ^ mixed >>> 29;
  }
}
