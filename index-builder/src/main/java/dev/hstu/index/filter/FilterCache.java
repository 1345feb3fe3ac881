package dev.hstu.index.filter;

import dev.hstu.index.search.ItemFilter;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Filters of whole rules, the least recently used given up first. Several threads that miss the
/// same one wait for the first of them to make it. For any number of threads.
final class FilterCache {

  /// Bounds the rules kept, each of which may hold a thousand values.
  private static final int MAX_ENTRIES = 256;

  private final long maxBytes;
  private final long filterBytes;
  private final Map<Key, FutureTask<ItemFilter>> filters = new LinkedHashMap<>(16, .75f, true);

  /// @param maxBytes most memory of all filters; one is kept in any case
  /// @param filterBytes most memory of one: a bit a row
  FilterCache(long maxBytes, long filterBytes) {
    this.maxBytes = maxBytes;
    this.filterBytes = filterBytes;
  }

  /// What a filter depends on, beside the catalogue.
  ///
  /// @param setVersions versions of the rule's named sets, in its order
  record Key(FilterRule rule, List<Long> setVersions) {}

  /// The filter of a key, made by `maker` where it isn't kept.
  ItemFilter get(Key key, Callable<ItemFilter> maker) {
    FutureTask<ItemFilter> filter = taskOf(key, maker);
    filter.run(); // does nothing but for the first to call it
    boolean made = false;
    try {
      ItemFilter result = filter.get();
      made = true;
      return result;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a filter's bitmap", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a filter's bitmap could not be made", e.getCause());
    } finally {
      if (!made) {
        forget(key, filter);
      }
    }
  }

  private synchronized FutureTask<ItemFilter> taskOf(Key key, Callable<ItemFilter> maker) {
    FutureTask<ItemFilter> filter = filters.computeIfAbsent(key, _ -> new FutureTask<>(maker));
    Iterator<FutureTask<ItemFilter>> oldest = filters.values().iterator();
    while (filters.size() > 1
        && (filters.size() > MAX_ENTRIES || filters.size() * filterBytes > maxBytes)) {
      oldest.next();
      oldest.remove();
    }
    return filter;
  }

  private synchronized void forget(Key key, FutureTask<ItemFilter> filter) {
    filters.remove(key, filter);
  }

  synchronized int size() {
    return filters.size();
  }
}
