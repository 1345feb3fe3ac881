package dev.hstu.retrieval.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.UserHistory;
import org.junit.jupiter.api.Test;

/// One instant for all users, held against logs that a person can check.
final class TimeSplitTest {

  private static final InteractionLog LOG =
      new SmallLog()
          // Events on both sides: the first from 100 on is the target.
          .event(1, 90, 1)
          .event(2, 99, 1)
          .event(3, 100, 1)
          .event(4, 120, 1)
          .endUser()
          // Only before, only after, nothing.
          .user(10, 1, 2)
          .user(200, 3, 4)
          .endUser()
          .event(4, 50, 1)
          .event(1, 500, 1)
          .endUser()
          .log();

  @Test
  void theFirstEventFromTheInstantOnIsToBeFound() {
    TimeSplit split = new TimeSplit(LOG, 100, RequestTimeRule.TARGET, new Clock.Wall());

    assertThat(split.cases()).isEqualTo(2);
    assertThat(split.usersWithoutCase()).isEqualTo(3);
    assertThat(split.user(1)).isEqualTo(4);
    assertThat(split.targetItem(0)).isEqualTo(3);
    assertThat(split.targetItem(1)).isEqualTo(1);
    UserHistory history = split.history(0);
    assertThat(history.items()).containsExactly(1, 2);
    assertThat(history.requestTime()).isEqualTo(100);
    assertThat(split.history(1).requestTime()).isEqualTo(500);
    assertThat(split.description()).contains("time split at 100", "request time = target");
  }

  @Test
  void nothingFromTheInstantOnIsCountedAsPopular() {
    assertThat(new TimeSplit(LOG, 100, RequestTimeRule.TARGET, new Clock.Wall()).popularity(4))
        .containsExactly(0, 2, 2, 0, 1);
  }

  @Test
  void theLastEventsTimeTellsNothingOfTheTarget() {
    TimeSplit split = new TimeSplit(LOG, 100, RequestTimeRule.LAST_EVENT, new Clock.Wall());

    assertThat(split.history(0).requestTime()).isEqualTo(99);
    assertThat(split.history(1).requestTime()).isEqualTo(50);
    LeaveOneOut ordered =
        new LeaveOneOut(
            LOG, LeaveOneOut.Target.TEST, RequestTimeRule.LAST_EVENT, new Clock.Sequence(60));
    assertThat(ordered.history(0).requestTime()).isEqualTo(160);
    assertThat(ordered.description()).contains("request time = last-event");
  }

  @Test
  void whatCannotBeSplitIsRefused() {
    assertThatThrownBy(
            () -> new TimeSplit(LOG, 100, RequestTimeRule.TARGET, new Clock.Sequence(60)))
        .hasMessageContaining("sequence(step=60)")
        .hasMessageContaining("use leave-one-out");
    assertThatThrownBy(() -> new TimeSplit(LOG, 5, RequestTimeRule.TARGET, new Clock.Wall()))
        .hasMessageContaining("times run from 10 to 500");
  }
}
