package dev.hstu.encoder.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// An interval holds request times of equal buckets, and the seconds beside it don't.
class RequestIntervalTest {

  /// Steps of the brute force; histories are small enough that few intervals are wider.
  private static final int MOST_STEPS = 3_000;

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void itIsWhatSteppingSecondBySecondFinds(long seed) {
    Random random = new Random(seed);
    long[] times = unsorted(random, 1 + random.nextInt(20), 1 << (2 + random.nextInt(12)));
    for (int n = 0; n < 20; n++) {
      // Before, among and after the events.
      long now = random.nextInt(-5_000, 10_000);
      RequestInterval interval = around(times, now);
      int[] buckets = buckets(times, now);
      long first = now;
      while (now - first < MOST_STEPS && Arrays.equals(buckets(times, first - 1), buckets)) {
        first--;
      }
      long last = now;
      while (last - now < MOST_STEPS && Arrays.equals(buckets(times, last + 1), buckets)) {
        last++;
      }
      assertThat(Math.max(interval.first(), now - MOST_STEPS)).isEqualTo(first);
      assertThat(Math.min(interval.last(), now + MOST_STEPS)).isEqualTo(last);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void ofAnySizesNothingInsideDiffersAndBothNeighboursDo(long seed) {
    Random random = new Random(seed);
    for (int n = 0; n < 50; n++) {
      long[] times = new long[1 + random.nextInt(10)];
      Arrays.setAll(times, _ -> random.nextLong() >> random.nextInt(64));
      long now = random.nextLong() >> random.nextInt(64);
      RequestInterval interval = around(times, now);
      int[] buckets = buckets(times, now);
      assertThat(interval.contains(now)).isTrue();
      assertThat(buckets(times, interval.first())).isEqualTo(buckets);
      assertThat(buckets(times, interval.last())).isEqualTo(buckets);
      assertThat(buckets(times, within(interval, random))).isEqualTo(buckets);
      if (interval.first() != Long.MIN_VALUE) {
        assertThat(buckets(times, interval.first() - 1)).isNotEqualTo(buckets);
      }
      if (interval.last() != Long.MAX_VALUE) {
        assertThat(buckets(times, interval.last() + 1)).isNotEqualTo(buckets);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void afterTheLastEventEqualBucketsAndOneIntervalAreTheSame(long seed) {
    Random random = new Random(seed);
    long[] times = unsorted(random, 1 + random.nextInt(6), 1 << (1 + random.nextInt(20)));
    long lastEvent = Arrays.stream(times).max().orElseThrow();
    for (int n = 0; n < 100; n++) {
      long one = lastEvent + (random.nextInt(1 << 20) >> random.nextInt(20));
      long other = lastEvent + (random.nextInt(1 << 20) >> random.nextInt(20));
      boolean equal = Arrays.equals(buckets(times, one), buckets(times, other));
      assertThat(around(times, one).contains(other)).isEqualTo(equal);
      assertThat(around(times, one).equals(around(times, other))).isEqualTo(equal);
    }
  }

  @Test
  void eachEdgeOfOneEventEndsOneIntervalAndBeginsTheNext() {
    long[] edges = LongStream.of(TimeBuckets.edges()).distinct().toArray();
    long[] event = {1_000};
    assertThat(around(event, 1_000)).isEqualTo(new RequestInterval(1_000 - 1, 1_000 + 1));
    for (int i = 0; i + 1 < edges.length; i++) {
      RequestInterval past = new RequestInterval(1_000 + edges[i], 1_000 + edges[i + 1] - 1);
      RequestInterval future = new RequestInterval(1_000 - edges[i + 1] + 1, 1_000 - edges[i]);
      assertThat(around(event, past.first())).isEqualTo(past);
      assertThat(around(event, past.last())).isEqualTo(past);
      assertThat(around(event, future.first())).isEqualTo(future);
      assertThat(around(event, future.last())).isEqualTo(future);
      assertThat(past.end()).hasValue(1_000 + edges[i + 1]);
    }
    long highest = edges[edges.length - 1];
    assertThat(around(event, 1_000 + highest))
        .isEqualTo(new RequestInterval(1_000 + highest, Long.MAX_VALUE));
    assertThat(around(event, 1_000 + highest).end()).isEmpty();
    assertThat(around(event, Long.MIN_VALUE))
        .isEqualTo(new RequestInterval(Long.MIN_VALUE, 1_000 - highest));
  }

  @Test
  void onlyTheEventsNamedCountAndWithoutAnyAllTimeIsOne() {
    long[] times = {0, 500, 90_000};
    assertThat(RequestInterval.around(times, 1, 2, 600)).isEqualTo(around(new long[] {500}, 600));
    assertThat(RequestInterval.around(times, 2, 2, 600))
        .isEqualTo(new RequestInterval(Long.MIN_VALUE, Long.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1, 0, 1, Long.MAX_VALUE - 1, Long.MAX_VALUE})
  void theExtremesOfTimeNeitherFailNorMislead(long now) {
    long[] times = {Long.MIN_VALUE, -3, 0, 7, Long.MAX_VALUE};
    RequestInterval interval = around(times, now);
    assertThat(buckets(times, interval.first())).isEqualTo(buckets(times, now));
    assertThat(buckets(times, interval.last())).isEqualTo(buckets(times, now));
  }

  @Test
  void anIntervalCannotEndBeforeItBegins() {
    assertThatThrownBy(() -> new RequestInterval(5, 4)).hasMessageContaining("first=5");
  }

  private static RequestInterval around(long[] times, long now) {
    return RequestInterval.around(times, 0, times.length, now);
  }

  private static int[] buckets(long[] times, long now) {
    return LongStream.of(times).mapToInt(time -> TimeBuckets.bucket(now - time)).toArray();
  }

  private static long[] unsorted(Random random, int events, int span) {
    return random.longs(events, 0, span).toArray();
  }

  private static long within(RequestInterval interval, Random random) {
    long width = interval.last() - interval.first();
    return width < 0 || width == Long.MAX_VALUE
        ? interval.first()
        : interval.first() + random.nextLong(width + 1);
  }
}
