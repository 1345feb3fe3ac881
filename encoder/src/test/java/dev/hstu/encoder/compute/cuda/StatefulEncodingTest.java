package dev.hstu.encoder.compute.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.compute.ReferenceEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which states are kept, found, grown and evicted, with the reference in the kernels' place: every
/// embedding must be that of an encode, whatever was asked before.
class StatefulEncodingTest {

  private static final int MAX_EVENTS = 130; // three pages, the last of two rows

  private final HstuConfig config = RandomModels.config(30, MAX_EVENTS, 3, 4, 1, 2, 3, 1);
  private final ModelWeights weights = RandomModels.weights(config, 5);
  private final ReferenceEncoder reference =
      new ReferenceEncoder(config, weights, Precision.FLOAT32);
  private final ReferenceLane lane = new ReferenceLane(config, weights, 200, 2);

  private StatefulEncoding encoding(PagedEvents pages) {
    return new StatefulEncoding(pages, config.embeddingDim(), MAX_EVENTS);
  }

  /// A user whose history grows.
  private static final class Someone {
    final List<Integer> items = new ArrayList<>();
    final List<Long> times = new ArrayList<>();

    void add(Random random) {
      long last = times.isEmpty() ? 1_000_000 : times.getLast();
      items.add(1 + random.nextInt(30));
      times.add(last + random.nextInt(5_000));
    }

    UserHistory history(long wait) {
      return new UserHistory(
          items.stream().mapToInt(Integer::intValue).toArray(),
          times.stream().mapToLong(Long::longValue).toArray(),
          times.getLast() + wait);
    }
  }

  private float[] expected(HistoryBatch batch) {
    float[] out = new float[batch.users() * config.embeddingDim()];
    reference.encode(batch, out);
    return out;
  }

  private void assertEncodes(StatefulEncoding encoding, HistoryBatch batch) {
    float[] out = new float[batch.users() * config.embeddingDim()];
    Arrays.fill(out, Float.NaN);
    encoding.encode(batch, lane, out);
    assertThat(out).isEqualTo(expected(batch));
  }

  /// Few pages, so that states are evicted all the time; several users with the same events now and
  /// then; windows that slide.
  @ParameterizedTest
  @CsvSource({"1, 3, 1", "2, 7, 1", "3, 12, 20", "4, 40, 64"})
  void randomUsersGetWhatAnEncodeGives(int seed, int pages, int hop) {
    Random random = new Random(seed);
    HistoryWindow window = new HistoryWindow(MAX_EVENTS, hop);
    PagedEvents store = new PagedEvents(reference, pages, 8);
    StatefulEncoding encoding = encoding(store);
    List<Someone> users = new ArrayList<>();
    for (int u = 0; u < 9; u++) {
      Someone user = new Someone();
      for (int i = random.nextInt(MAX_EVENTS + 20); i >= 0; i--) {
        user.add(random);
      }
      users.add(user);
    }
    for (int step = 0; step < 60; step++) {
      List<UserHistory> asked = new ArrayList<>();
      for (int i = random.nextInt(6); i >= 0; i--) {
        Someone user = users.get(random.nextInt(users.size()));
        for (int events = random.nextInt(6) - 2; events > 0; events--) {
          user.add(random);
        }
        asked.add(user.history(random.nextInt(1_000)));
      }
      assertEncodes(encoding, HistoryBatch.of(asked, window));
    }
    if (pages > 3) {
      assertThat(store.appends).isPositive();
    }
  }

  /// With room for all, an event costs an append, and a window of hop `h` is encoded anew once in
  /// `h` events.
  @ParameterizedTest
  @ValueSource(ints = {1, 10, 130})
  void aWindowIsEncodedAnewOnceAHop(int hop) {
    Random random = new Random(7);
    HistoryWindow window = new HistoryWindow(MAX_EVENTS, hop);
    PagedEvents store = new PagedEvents(reference, 9, 4);
    StatefulEncoding encoding = encoding(store);
    Someone user = new Someone();
    for (int i = 0; i < MAX_EVENTS; i++) {
      user.add(random);
      assertEncodes(encoding, HistoryBatch.of(List.of(user.history(5)), window));
    }
    assertThat(lane.encodes.get()).isEqualTo(1);
    assertThat(store.appends).isEqualTo(MAX_EVENTS - 1);
    for (int i = 0; i < 130; i++) {
      user.add(random);
      assertEncodes(encoding, HistoryBatch.of(List.of(user.history(5)), window));
    }
    assertThat(lane.encodes.get()).isEqualTo(1 + 130 / hop);
  }

  @Test
  void aMovedRequestTimeAndAFewMissedEventsNeedNoEncode() {
    PagedEvents store = new PagedEvents(reference, 9, 4);
    StatefulEncoding encoding = encoding(store);
    Random random = new Random(3);
    Someone user = new Someone();
    user.add(random);
    HistoryWindow window = config.window();
    assertEncodes(encoding, HistoryBatch.of(List.of(user.history(1)), window));
    assertEncodes(encoding, HistoryBatch.of(List.of(user.history(900)), window));
    assertThat(store.refreshes).isEqualTo(1);
    for (int i = 0; i < UserStates.MOST_MISSED_EVENTS; i++) {
      user.add(random);
    }
    assertEncodes(encoding, HistoryBatch.of(List.of(user.history(2)), window));
    assertThat(lane.encodes.get()).isEqualTo(1);
    for (int i = 0; i <= UserStates.MOST_MISSED_EVENTS; i++) {
      user.add(random);
    }
    assertEncodes(encoding, HistoryBatch.of(List.of(user.history(2)), window));
    assertThat(lane.encodes.get()).isEqualTo(2);
  }

  @Test
  void aFailureForgetsTheStatesItTouched() {
    PagedEvents store = new PagedEvents(reference, 9, 4);
    StatefulEncoding encoding = encoding(store);
    Random random = new Random(4);
    Someone user = new Someone();
    user.add(random);
    HistoryWindow window = config.window();
    assertEncodes(encoding, HistoryBatch.of(List.of(user.history(1)), window));
    user.add(random);
    HistoryBatch batch = HistoryBatch.of(List.of(user.history(1)), window);
    store.failing = true;
    assertThatThrownBy(() -> encoding.encode(batch, lane, new float[config.embeddingDim()]))
        .hasMessage("the GPU is gone");
    store.failing = false;
    assertEncodes(encoding, batch);
    assertThat(lane.encodes.get()).isEqualTo(2);
  }

  @Test
  void timesTooFarApartAreNotKept() {
    PagedEvents store = new PagedEvents(reference, 9, 4);
    StatefulEncoding encoding = encoding(store);
    long far = StatefulEncoding.MAX_DISTANCE_SECONDS + 1;
    HistoryBatch wide =
        new HistoryBatch(new int[] {0, 1}, new int[] {1}, new long[] {0}, new long[] {far});
    assertEncodes(encoding, wide);
    assertEncodes(encoding, wide);
    assertThat(lane.encodes.get()).isEqualTo(2);
    HistoryBatch near =
        new HistoryBatch(new int[] {0, 1}, new int[] {1}, new long[] {0}, new long[] {9});
    assertEncodes(encoding, near);
    assertEncodes(encoding, wide);
    assertThat(lane.encodes.get()).isEqualTo(4);
  }

  @Test
  void closesWhatItOwns() {
    PagedEvents store = new PagedEvents(reference, 9, 4);
    encoding(store).close();
    assertThat(store.closed).isTrue();
  }

  @Test
  void refusesTooFewPagesAndSettingsOutOfBounds() {
    assertThatThrownBy(() -> new UserStates(2, MAX_EVENTS))
        .hasMessage("2 pages can't hold a user of 130 events, who takes 3");
    assertThatThrownBy(() -> new StateSettings(-1, 64)).hasMessageContaining("state-megabytes=-1");
    assertThatThrownBy(() -> new StateSettings(1, 0)).hasMessageContaining("state-users=0");
    assertThat(new StateSettings(0, 64).enabled()).isFalse();
    assertThat(new StateSettings(3, 64).bytes()).isEqualTo(3L << 20);
  }
}
