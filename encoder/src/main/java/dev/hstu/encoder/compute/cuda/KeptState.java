package dev.hstu.encoder.compute.cuda;

import java.util.Arrays;

/// A user whose keys and values lie on the GPU: the events they belong to and the pages they take.
/// Belongs to [UserStates], which alone changes it.
final class KeptState {

  /// Item rows and times of the events, the oldest first; `length` of them are in use.
  final int[] items;

  final long[] times;

  /// What the times on the GPU are relative to.
  final long origin;

  /// Page numbers; `pageCount` of them are in use.
  final int[] pages;

  int length;
  int pageCount;

  /// Of the events in use; the key it is found by.
  long hash;

  /// The last call that touched it: what one call reads is not evicted by it.
  long call;

  KeptState(int maxEvents, int maxPages, long origin) {
    items = new int[maxEvents];
    times = new long[maxEvents];
    pages = new int[maxPages];
    this.origin = origin;
  }

  /// Whether its events are the first of those at `from`.
  boolean isPrefixOf(int[] otherItems, long[] otherTimes, int from) {
    return Arrays.equals(items, 0, length, otherItems, from, from + length)
        && Arrays.equals(times, 0, length, otherTimes, from, from + length);
  }
}
