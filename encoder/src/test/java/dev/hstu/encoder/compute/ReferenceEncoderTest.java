package dev.hstu.encoder.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.TimeBuckets;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What HSTU promises of any shape, beyond the golden files: no user sees another, the future
/// doesn't change the past, only differences of times count and only by their bucket.
class ReferenceEncoderTest {

  static LongStream seeds() {
    return LongStream.range(0, 40);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aUserIsBitIdenticalInEveryBatch(long seed) {
    Random random = new Random(seed);
    ReferenceEncoder encoder = encoder(random, Precision.FLOAT32);
    List<UserHistory> histories = RandomHistories.histories(random, encoder.config(), 7);
    float[][] together = encoder.encode(histories);
    List<Integer> order = new ArrayList<>(IntStream.range(0, 7).boxed().toList());
    Collections.shuffle(order, random);
    float[][] shuffled = encoder.encode(order.stream().map(histories::get).toList());
    for (int b = 0; b < 7; b++) {
      assertThat(shuffled[b]).isEqualTo(together[order.get(b)]);
      assertThat(encoder.encode(List.of(histories.get(b)))[0]).isEqualTo(together[b]);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void theLastRowAloneIsBitIdenticalToTheLastOfAllRows(long seed) {
    for (Precision precision : Precision.values()) {
      Random random = new Random(seed);
      ReferenceEncoder encoder = encoder(random, precision);
      HistoryBatch batch = batch(encoder, RandomHistories.histories(random, encoder.config(), 5));
      assertThat(encode(encoder, batch)).isEqualTo(narrow(encoder.trace(batch).users()));
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void singlePrecisionAgreesWithDouble(long seed) {
    Random random = new Random(seed);
    NetworkConfig config = wide(RandomHistories.config(random));
    ModelWeights weights = RandomModels.weights(config, seed);
    ReferenceEncoder exact = new ReferenceEncoder(config, weights, Precision.FLOAT64);
    ReferenceEncoder rounded = new ReferenceEncoder(config, weights, Precision.FLOAT32);
    HistoryBatch batch = batch(exact, RandomHistories.histories(random, config, 5));
    ForwardTrace expected = exact.trace(batch);
    ForwardTrace trace = rounded.trace(batch);
    for (int i = 0; i < config.blocks(); i++) {
      assertClose(trace.blocks().get(i), expected.blocks().get(i));
    }
    assertClose(trace.sequence(), expected.sequence());
    assertClose(trace.users(), expected.users());
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyRowIsAUnitVectorAndPaddingIsZero(long seed) {
    Random random = new Random(seed);
    ReferenceEncoder encoder = encoder(random, Precision.FLOAT64);
    NetworkConfig config = encoder.config();
    HistoryBatch batch = batch(encoder, RandomHistories.histories(random, config, 4));
    double[] sequence = encoder.trace(batch).sequence();
    for (int b = 0; b < batch.users(); b++) {
      for (int i = 0; i < config.slots(); i++) {
        double norm = norm(sequence, (b * config.slots() + i) * config.embeddingDim(), config);
        assertThat(norm).isCloseTo(i < batch.length(b) ? 1 : 0, within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void theLastEventAndTheRequestTimeChangeNoEarlierRow(long seed) {
    Random random = new Random(seed);
    ReferenceEncoder encoder = encoder(random, Precision.FLOAT64);
    NetworkConfig config = encoder.config();
    int events = config.maxEvents();
    UserHistory history = RandomHistories.history(random, config, events);
    int[] otherItems = history.items().clone();
    otherItems[events - 1] = 1 + otherItems[events - 1] % config.items();
    UserHistory changed =
        new UserHistory(otherItems, history.times(), history.requestTime() + 1_000_000);
    double[] before = encoder.trace(batch(encoder, List.of(history))).sequence();
    double[] after = encoder.trace(batch(encoder, List.of(changed))).sequence();
    int earlier = (events - 1) * config.embeddingDim();
    assertThat(Arrays.copyOf(after, earlier)).isEqualTo(Arrays.copyOf(before, earlier));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void onlyDifferencesOfTimesCount(long seed) {
    Random random = new Random(seed);
    ReferenceEncoder encoder = encoder(random, Precision.FLOAT32);
    UserHistory history = RandomHistories.history(random, encoder.config(), 9);
    long shift = random.nextLong(-1_000_000_000, 1_000_000_000);
    long[] shifted = Arrays.stream(history.times()).map(time -> time + shift).toArray();
    UserHistory moved = new UserHistory(history.items(), shifted, history.requestTime() + shift);
    assertThat(encoder.encode(List.of(moved))).isDeepEqualTo(encoder.encode(List.of(history)));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void theRequestTimeCountsByTheBucketsOfItsDifferencesOnly(long seed) {
    Random random = new Random(seed);
    NetworkConfig config = wide(RandomHistories.config(random));
    ReferenceEncoder encoder = encoder(config, Precision.FLOAT64);
    UserHistory history = RandomHistories.history(random, config, config.maxEvents());
    double[] user = encoder.trace(batch(encoder, List.of(history))).users();
    for (int trial = 0; trial < 20; trial++) {
      long later = history.requestTime() + random.nextLong(1L << (1 + random.nextInt(36)));
      UserHistory asked = new UserHistory(history.items(), history.times(), later);
      boolean sameBuckets = Arrays.equals(buckets(asked), buckets(history));
      double[] then = encoder.trace(batch(encoder, List.of(asked))).users();
      assertThat(Arrays.equals(then, user)).isEqualTo(sameBuckets);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aLongHistoryIsTheSameAsItsKeptWindow(long seed) {
    Random random = new Random(seed);
    ReferenceEncoder encoder = encoder(random, Precision.FLOAT32);
    NetworkConfig config = encoder.config();
    int events = config.maxEvents() + random.nextInt(3 * config.maxEvents());
    UserHistory all = RandomHistories.history(random, config, events);
    int start = config.window().start(events);
    UserHistory kept =
        new UserHistory(
            Arrays.copyOfRange(all.items(), start, events),
            Arrays.copyOfRange(all.times(), start, events),
            all.requestTime());
    assertThat(encoder.encode(List.of(all))).isDeepEqualTo(encoder.encode(List.of(kept)));
  }

  @Test
  void threadsDoNotDisturbEachOther() {
    Random random = new Random(3);
    ReferenceEncoder encoder = encoder(random, Precision.FLOAT32);
    List<UserHistory> histories = RandomHistories.histories(random, encoder.config(), 50);
    float[][] alone = encoder.encode(histories);
    IntStream.range(0, 500)
        .parallel()
        .forEach(
            n ->
                assertThat(encoder.encode(List.of(histories.get(n % 50)))[0])
                    .isEqualTo(alone[n % 50]));
  }

  @Test
  void extremeTimesGiveUnitVectors() {
    NetworkConfig config = RandomModels.config(5, 3, 1, 4, 2, 3, 2, 2);
    ReferenceEncoder encoder = encoder(config, Precision.FLOAT64);
    long[] times = {-Clock.MAX_SECONDS, 0, 0};
    for (long requestTime : new long[] {-Clock.MAX_SECONDS, 0, Clock.MAX_SECONDS}) {
      UserHistory history = new UserHistory(new int[] {1, 2, 3}, times, requestTime);
      double[] user = encoder.trace(batch(encoder, List.of(history))).users();
      assertThat(norm(user, 0, config)).isCloseTo(1, within(1e-12));
    }
  }

  @Test
  void anEmptyBatchGivesNothing() {
    NetworkConfig config = RandomModels.config(5, 3, 1, 4, 2, 3, 2, 2);
    assertThat(encoder(config, Precision.FLOAT32).encode(List.of())).isEmpty();
  }

  @Test
  void valuesOutOfBoundsAreRefusedWithUserAndEvent() {
    assertRefused(new int[] {5, 6}, new long[] {1, 2}, 3, "item row 6 of user 0");
    assertRefused(new int[] {0}, new long[] {1}, 3, "event 0, must be within 1..5");
    assertRefused(new int[] {1}, new long[] {978300000000L}, 3, "seconds, not milliseconds");
    assertRefused(new int[] {1}, new long[] {1}, 978300000000L, "of the request of user 0");
    assertRefused(new int[4], new long[4], 1, "has 4 events; this model keeps 3");
  }

  @Test
  void aShortTargetIsRefused() {
    NetworkConfig config = RandomModels.config(5, 3, 1, 4, 2, 3, 2, 2);
    HistoryBatch batch =
        new HistoryBatch(new int[] {0, 1}, new int[] {1}, new long[] {1}, new long[] {1});
    assertThatThrownBy(() -> encoder(config, Precision.FLOAT32).encode(batch, new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("target has 3 floats; 1 users of 4 need 4");
  }

  private static void assertRefused(int[] items, long[] times, long requestTime, String reason) {
    NetworkConfig config = RandomModels.config(5, 3, 1, 4, 2, 3, 2, 2);
    HistoryBatch batch =
        new HistoryBatch(new int[] {0, items.length}, items, times, new long[] {requestTime});
    ReferenceEncoder encoder = encoder(config, Precision.FLOAT32);
    assertThatThrownBy(() -> encoder.encode(batch, new float[64]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
    assertThatThrownBy(() -> encoder.trace(batch)).hasMessageContaining(reason);
  }

  /// Layer norms over one or two values forget almost everything and magnify rounding; where that
  /// matters, the stream and the heads together are four wide at least.
  private static HstuConfig wide(HstuConfig config) {
    return new HstuConfig(
        config.items(),
        config.maxEvents(),
        config.outputSlots(),
        config.embeddingDim() + 3,
        config.heads(),
        config.queryDim(),
        config.valueDim() + 3,
        config.blocks(),
        config.temperature(),
        config.windowHop());
  }

  private static int[] buckets(UserHistory history) {
    return Arrays.stream(history.times())
        .mapToInt(time -> TimeBuckets.bucket(history.requestTime() - time))
        .toArray();
  }

  private static ReferenceEncoder encoder(Random random, Precision precision) {
    return encoder(RandomHistories.config(random), precision);
  }

  private static ReferenceEncoder encoder(NetworkConfig config, Precision precision) {
    return new ReferenceEncoder(config, RandomModels.weights(config, 11), precision);
  }

  private static HistoryBatch batch(ReferenceEncoder encoder, List<UserHistory> histories) {
    return HistoryBatch.of(histories, encoder.config().window());
  }

  private static float[] encode(ReferenceEncoder encoder, HistoryBatch batch) {
    float[] users = new float[batch.users() * encoder.config().embeddingDim()];
    encoder.encode(batch, users);
    return users;
  }

  private static float[] narrow(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }

  private static double norm(double[] values, int offset, NetworkConfig config) {
    double squares = 0;
    for (int c = 0; c < config.embeddingDim(); c++) {
      squares += values[offset + c] * values[offset + c];
    }
    return Math.sqrt(squares);
  }

  private static void assertClose(double[] actual, double[] expected) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
      norm += expected[i] * expected[i];
    }
    assertThat(Math.sqrt(difference / norm)).isLessThan(5e-6);
  }
}
