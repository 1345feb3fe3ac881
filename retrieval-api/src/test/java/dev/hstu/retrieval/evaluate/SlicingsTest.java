package dev.hstu.retrieval.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Which part each case falls into, on a log that a person can check.
final class SlicingsTest {

  private static final long DAY = 86_400;

  // Popularity before the targets: item 1 six, item 2 two, item 3 one, items 4 and 5 none.
  private static final InteractionLog LOG =
      new SmallLog()
          .event(1, 0, 3)
          .event(1, 1, 3)
          .event(1, 2, 3)
          .event(1, 3, 3)
          .event(1, 4, 3)
          .event(2, 4 + 2 * DAY, 5)
          .endUser()
          .event(2, 0, 3)
          .event(1, 10, 4)
          .endUser()
          .event(3, 0, 3)
          .event(2, 1, 3)
          .event(1, 2, 3)
          .event(4, 2 + 40 * DAY, 4)
          .endUser()
          .log();

  private static final LeaveOneOut PROTOCOL = new LeaveOneOut(LOG, LeaveOneOut.Target.TEST);

  @Test
  void everyCaseFallsWhereItsHistoryTargetAndTimesSay() {
    List<Slicing> slicings = Slicings.of(LOG, PROTOCOL, 5, new Clock.Wall());

    assertThat(slicings)
        .extracting(Slicing::name)
        .containsExactly(
            "history length",
            "target's popularity",
            "target's action",
            "target item's age",
            "user came back");
    assertThat(parts(slicings.get(0))).containsExactly("5-9 events", "1-4 events", "1-4 events");
    // Of nine events item 1 has six: it begins in the first third and item 2 in the last.
    assertThat(parts(slicings.get(1))).containsExactly("tail", "head", "new");
    assertThat(parts(slicings.get(2))).containsExactly("5", "4", "4");
    // Item 2 was first had at 0 by another user, item 4 never before.
    assertThat(parts(slicings.get(3)))
        .containsExactly("within the week", "within the hour", "at once");
    assertThat(parts(slicings.get(4)))
        .containsExactly("within the week", "within the hour", "within the year");
  }

  @Test
  void orderAloneTellsNoAges() {
    assertThat(Slicings.of(LOG, PROTOCOL, 5, new Clock.Sequence(60)))
        .extracting(Slicing::name)
        .containsExactly("history length", "target's popularity", "target's action");
  }

  @Test
  void oneActionIsNoDivisionAndManyAreQuarters() {
    SmallLog same = new SmallLog().user(0, 1, 2).user(0, 2, 1);
    assertThat(names(same.log())).doesNotContain("target's action");
    SmallLog many = new SmallLog();
    for (int u = 0; u < 16; u++) {
      many.event(1, 0, 0).event(2, 1, u).endUser();
    }
    InteractionLog log = many.log();
    LeaveOneOut protocol = new LeaveOneOut(log, LeaveOneOut.Target.TEST);
    Slicing quarters = Slicings.of(log, protocol, 2, new Clock.Wall()).get(2);
    assertThat(quarters.labels()).containsExactly("from 0", "from 4", "from 8", "from 12");
    assertThat(
            IntStream.range(0, 16).map(c -> quarters.part(c, protocol.history(c))).boxed().toList())
        .containsExactly(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  }

  @Test
  void popularItemsThatHoldAThirdOfAllEventsAreTheHead() {
    // Of 12 events items 1 and 2 hold 8: 1 begins at 0, 2 at 4 of 12, 3 at 8.
    PopularityGroups groups = new PopularityGroups(new long[] {0, 4, 4, 2, 1, 1, 0});
    assertThat(IntStream.rangeClosed(1, 6).map(groups::of).boxed().toList())
        .containsExactly(0, 1, 2, 2, 2, 3);
  }

  private static List<String> names(InteractionLog log) {
    return Slicings.of(
            log, new LeaveOneOut(log, LeaveOneOut.Target.TEST), 2, new Clock.Sequence(60))
        .stream()
        .map(Slicing::name)
        .toList();
  }

  private static List<String> parts(Slicing slicing) {
    List<String> parts = new ArrayList<>();
    for (int c = 0; c < PROTOCOL.cases(); c++) {
      parts.add(slicing.labels().get(slicing.part(c, PROTOCOL.history(c))));
    }
    return parts;
  }
}
