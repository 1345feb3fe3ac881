package dev.hstu.retrieval.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// One makes, others are told to come again, and what fails leaves nothing behind.
class SingleFlightCacheTest {

  private final SingleFlightCache<String, Integer> cache =
      new SingleFlightCache<>(Caffeine.newBuilder().build());
  private final AtomicInteger made = new AtomicInteger();

  @Test
  void whileOneMakesAnotherIsToldWhenToComeAgainAndNobodyWaits() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<Lookup<Integer>> first =
        CompletableFuture.supplyAsync(
            () ->
                cache.get(
                    "key",
                    () -> {
                      begun.countDown();
                      await(release);
                      return made.incrementAndGet();
                    },
                    true));
    begun.await();

    Lookup<Integer> second = cache.get("key", made::incrementAndGet, true);
    assertThat(second).isInstanceOf(Lookup.InFlight.class);
    // Other keys don't wait, and neither does who must not.
    assertThat(cache.get("other", () -> 7, true)).isEqualTo(new Lookup.Made<>(7));
    assertThat(cache.get("key", () -> 8, false)).isEqualTo(new Lookup.Made<>(8));
    CompletableFuture<?> landing =
        ((Lookup.InFlight<Integer>) second).landing().toCompletableFuture();
    assertThat(landing).isNotDone();

    release.countDown();
    assertThat(first.get()).isEqualTo(new Lookup.Made<>(1));
    landing.get();
    assertThat(cache.get("key", made::incrementAndGet, true)).isEqualTo(new Lookup.Kept<>(1));
    assertThat(made).hasValue(1);
  }

  @Test
  void aFailureIsItsCallersOwnAndTheNextOneMakesTheValue() throws Exception {
    assertThatThrownBy(
            () ->
                cache.get(
                    "key",
                    () -> {
                      throw new IllegalStateException("no");
                    },
                    true))
        .hasMessage("no");

    assertThat(cache.find("key")).isNull();
    assertThat(cache.get("key", () -> 3, true)).isEqualTo(new Lookup.Made<>(3));
  }

  @Test
  void aFlightLastsUntilAnotherThreadHasMadeTheValue() {
    CompletableFuture<Integer> elsewhere = new CompletableFuture<>();

    Lookup<Integer> first = cache.getAsync("key", () -> elsewhere, true);
    Lookup<Integer> second = cache.getAsync("key", CompletableFuture::new, true);

    CompletableFuture<Integer> making = ((Lookup.Making<Integer>) first).value();
    CompletableFuture<?> landing =
        ((Lookup.InFlight<Integer>) second).landing().toCompletableFuture();
    assertThat(making).isNotDone();
    assertThat(landing).isNotDone();
    elsewhere.complete(5);
    assertThat(making).isCompletedWithValue(5);
    assertThat(landing).isDone();
    assertThat(cache.find("key")).isEqualTo(5);
  }

  @Test
  void aValueThatIsThereAtOnceIsMadeAtOnce() {
    assertThat(cache.getAsync("key", () -> CompletableFuture.completedFuture(6), true))
        .isEqualTo(new Lookup.Made<>(6));
    assertThat(cache.find("key")).isEqualTo(6);
  }

  @Test
  void whatFailsElsewhereLandsIsNotKeptAndIsMadeByTheNext() {
    CompletableFuture<Integer> elsewhere = new CompletableFuture<>();
    Lookup<Integer> first = cache.getAsync("key", () -> elsewhere, true);
    Lookup<Integer> second = cache.getAsync("key", CompletableFuture::new, true);

    elsewhere.completeExceptionally(new IllegalStateException("no"));

    assertThat(((Lookup.Making<Integer>) first).value()).isCompletedExceptionally();
    assertThat(((Lookup.InFlight<Integer>) second).landing().toCompletableFuture())
        .isCompletedWithValue(null);
    assertThat(cache.find("key")).isNull();
    assertThat(cache.get("key", () -> 3, true)).isEqualTo(new Lookup.Made<>(3));
  }

  @Test
  void withoutACacheEveryCallerHasItsValueMade() {
    SingleFlightCache<String, Integer> none = new SingleFlightCache<>(null);
    CompletableFuture<Integer> elsewhere = new CompletableFuture<>();

    assertThat(none.getAsync("key", () -> elsewhere, true))
        .isEqualTo(new Lookup.Making<>(elsewhere));
    assertThat(none.get("key", () -> 4, true)).isEqualTo(new Lookup.Made<>(4));
  }

  @Test
  void ofManyAtOnceExactlyOneMakesEachValue() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int round = 0; round < 500; round++) {
        String key = "key " + round;
        CountDownLatch start = new CountDownLatch(1);
        made.set(0);
        List<Future<Integer>> values = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          values.add(
              threads.submit(
                  () -> {
                    start.await();
                    return comeUntilThere(key);
                  }));
        }
        start.countDown();
        for (Future<Integer> value : values) {
          assertThat(value.get()).isEqualTo(1);
        }
        assertThat(made).hasValue(1);
      }
    }
  }

  private int comeUntilThere(String key) throws Exception {
    while (true) {
      switch (cache.get(key, made::incrementAndGet, true)) {
        case Lookup.Kept<Integer>(Integer value) -> {
          return value;
        }
        case Lookup.Made<Integer>(Integer value) -> {
          return value;
        }
        case Lookup.Making<Integer> making -> making.value().get();
        case Lookup.InFlight<Integer> other -> other.landing().toCompletableFuture().get();
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
