package dev.hstu.index.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.search.ItemFilter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Cached filters stay within their memory, and a failure isn't kept.
final class FilterCacheTest {

  private final AtomicInteger made = new AtomicInteger();

  private final Callable<ItemFilter> maker =
      () -> {
        made.incrementAndGet();
        return ItemFilter.all();
      };

  @Test
  void theLeastRecentlyUsedIsGivenUp() {
    FilterCache cache = new FilterCache(300, 100);
    for (String set : List.of("a", "b", "c", "a", "d")) {
      cache.get(key(set), maker);
    }
    assertThat(cache.size()).isEqualTo(3);
    assertThat(made).hasValue(4);
    cache.get(key("a"), maker);
    assertThat(made).as("a was used since").hasValue(4);
    cache.get(key("b"), maker);
    assertThat(made).hasValue(5);
  }

  @Test
  void oneIsKeptHoweverLarge() {
    FilterCache cache = new FilterCache(10, 100);
    cache.get(key("a"), maker);
    cache.get(key("a"), maker);
    assertThat(made).hasValue(1);
  }

  @Test
  void aFailureIsToldAndTriedAgain() {
    FilterCache cache = new FilterCache(300, 100);
    Callable<ItemFilter> failing =
        () -> {
          throw new OutOfMemoryError("planted");
        };
    assertThatThrownBy(() -> cache.get(key("a"), failing)).hasRootCauseMessage("planted");
    assertThat(cache.get(key("a"), maker)).isSameAs(ItemFilter.all());
  }

  private static FilterCache.Key key(String set) {
    return new FilterCache.Key(new FilterRule.InSet(set), List.of(1L));
  }
}
