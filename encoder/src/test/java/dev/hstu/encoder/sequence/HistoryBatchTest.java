package dev.hstu.encoder.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Windows keep the newest events by the rule of HSTU.md, and batches lay them end to end.
class HistoryBatchTest {

  @ParameterizedTest
  @CsvSource({
    "0, 1, 0",
    "4, 1, 0",
    "5, 1, 0",
    "6, 1, 1",
    "9, 1, 4",
    "5, 2, 0",
    "6, 2, 2",
    "7, 2, 2",
    "8, 2, 4",
    "6, 5, 5",
    "10, 5, 5",
    "11, 5, 10"
  })
  void aWindowOfFiveStartsAtAMultipleOfItsHop(int events, int hop, int start) {
    HistoryWindow window = new HistoryWindow(5, hop);
    assertThat(window.start(events)).isEqualTo(start);
    assertThat(window.kept(events)).isEqualTo(events - start);
  }

  @Test
  void aWindowAlwaysKeepsSomethingOfSomething() {
    for (int maxEvents = 1; maxEvents <= 9; maxEvents++) {
      for (int hop = 1; hop <= maxEvents; hop++) {
        HistoryWindow window = new HistoryWindow(maxEvents, hop);
        for (int events = 1; events <= 60; events++) {
          assertThat(window.kept(events)).isBetween(1, maxEvents);
        }
      }
    }
  }

  @Test
  void historiesAreCutAndLaidEndToEnd() {
    UserHistory longer = new UserHistory(new int[] {1, 2, 3, 4}, new long[] {10, 20, 30, 40}, 50);
    UserHistory shorter = new UserHistory(new int[] {9}, new long[] {7}, 8);
    HistoryBatch batch = HistoryBatch.of(List.of(longer, shorter), new HistoryWindow(3, 1));
    assertThat(batch.offsets()).containsExactly(0, 3, 4);
    assertThat(batch.items()).containsExactly(2, 3, 4, 9);
    assertThat(batch.times()).containsExactly(20, 30, 40, 7);
    assertThat(batch.requestTimes()).containsExactly(50, 8);
    assertThat(batch.maxLength()).isEqualTo(3);
  }

  @Test
  void batchesLaidTogetherAreTheBatchOfAllTheirUsers() {
    HistoryWindow window = new HistoryWindow(3, 1);
    UserHistory longer = new UserHistory(new int[] {1, 2, 3, 4}, new long[] {10, 20, 30, 40}, 50);
    UserHistory shorter = new UserHistory(new int[] {9}, new long[] {7}, 8);
    HistoryBatch two = HistoryBatch.of(List.of(longer, shorter), window);
    HistoryBatch one = HistoryBatch.of(List.of(longer), window);
    HistoryBatch none = HistoryBatch.of(List.of(), window);

    HistoryBatch all = HistoryBatch.concat(List.of(one, none, two));

    HistoryBatch expected = HistoryBatch.of(List.of(longer, longer, shorter), window);
    assertThat(all.offsets()).isEqualTo(expected.offsets());
    assertThat(all.items()).isEqualTo(expected.items());
    assertThat(all.times()).isEqualTo(expected.times());
    assertThat(all.requestTimes()).isEqualTo(expected.requestTimes());
    assertThat(HistoryBatch.concat(List.of(two))).isSameAs(two);
    assertThat(HistoryBatch.concat(List.of()).users()).isZero();
  }

  @Test
  void aHistoryWithoutEventsIsRefusedByItsPlace() {
    UserHistory some = new UserHistory(new int[] {1}, new long[] {1}, 1);
    UserHistory none = new UserHistory(new int[0], new long[0], 1);
    assertThatThrownBy(() -> HistoryBatch.of(List.of(some, none), new HistoryWindow(3, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("user 1 of the batch has no events");
  }

  @ParameterizedTest
  @CsvSource({"wall", "sequence(step=60)", "sequence(step=1)"})
  void aClockComesBackFromWhatItWrites(String spec) {
    assertThat(Clock.parse(spec).spec()).isEqualTo(spec);
  }

  @ParameterizedTest
  @CsvSource({"Wall", "sequence", "sequence(step=)", "sequence(step=0)", "sequence(step=-1)"})
  void aClockThatIsNoneIsRefused(String spec) {
    assertThatThrownBy(() -> Clock.parse(spec)).isInstanceOf(IllegalArgumentException.class);
  }
}
