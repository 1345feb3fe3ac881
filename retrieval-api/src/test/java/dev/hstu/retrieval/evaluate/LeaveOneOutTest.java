package dev.hstu.retrieval.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.UserHistory;
import org.junit.jupiter.api.Test;

/// Targets, histories and popularity come apart exactly as the protocol says.
final class LeaveOneOutTest {

  /// User 0: items 1 2 3; user 1: item 4 alone; user 2: items 5 1.
  private static final InteractionLog LOG =
      new InteractionLog(
          new long[] {0, 3, 4, 6},
          new int[] {1, 2, 3, 4, 5, 1},
          new long[] {10, 20, 30, 5, 7, 9},
          new float[6]);

  @Test
  void theTestTargetIsTheLastEventAndItsTimeTheRequestTime() {
    LeaveOneOut protocol = new LeaveOneOut(LOG, LeaveOneOut.Target.TEST);

    assertThat(protocol.cases()).isEqualTo(2);
    assertThat(protocol.usersWithoutCase()).isEqualTo(1);
    assertThat(protocol.user(1)).isEqualTo(2);
    assertThat(protocol.targetItem(0)).isEqualTo(3);
    UserHistory history = protocol.history(0);
    assertThat(history.items()).containsExactly(1, 2);
    assertThat(history.times()).containsExactly(10, 20);
    assertThat(history.requestTime()).isEqualTo(30);
  }

  @Test
  void theValidationTargetIsTheLastButOne() {
    LeaveOneOut protocol = new LeaveOneOut(LOG, LeaveOneOut.Target.VALIDATION);

    assertThat(protocol.cases()).isEqualTo(1);
    assertThat(protocol.targetItem(0)).isEqualTo(2);
    assertThat(protocol.history(0).items()).containsExactly(1);
    assertThat(protocol.history(0).requestTime()).isEqualTo(20);
  }

  @Test
  void popularityNeverCountsATarget() {
    long[] popularity = new LeaveOneOut(LOG, LeaveOneOut.Target.TEST).popularity(5);

    assertThat(popularity).containsExactly(0, 1, 1, 0, 0, 1);
  }

  @Test
  void popularityRanksAmongTheUnseenOnly() {
    PopularityBaseline baseline = new PopularityBaseline(new long[] {0, 9, 8, 7, 7, 1});
    HistoryWindow window = new HistoryWindow(1, 1);
    UserHistory history = new UserHistory(new int[] {1, 2}, new long[] {1, 2}, 3);

    assertThat(baseline.rank(history, 4, SeenFilter.ALL, window)).isEqualTo(2);
    assertThat(baseline.rank(history, 4, SeenFilter.WINDOW, window)).isEqualTo(3);
    assertThat(baseline.rank(history, 1, SeenFilter.WINDOW, window)).isEqualTo(1);
    assertThat(baseline.rank(history, 1, SeenFilter.ALL, window)).isZero();
  }
}
