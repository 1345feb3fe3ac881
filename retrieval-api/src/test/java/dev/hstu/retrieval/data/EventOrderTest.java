package dev.hstu.retrieval.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.retrieval.data.EventOrder.Ordered;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Holds the sort on primitives equal to a plain one on objects, over sizes, ties and repeats.
class EventOrderTest {

  private record Event(int user, int item, long time, float action) {}

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 1",
    "2, 10, 3, 5, 2",
    "3, 1000, 1, 50, 4",
    "4, 5000, 40, 3, 100000000000",
    "5, 70000, 9, 200, 1000",
    "6, 70000, 5000, 20000, 2"
  })
  void agreesWithAPlainSort(long seed, int size, int users, int items, long times) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Event> all = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      // The first events see to it that every user has one.
      int user = i < users ? i : random.nextInt(users);
      all.add(
          new Event(
              user, 1 + random.nextInt(items), random.nextLong(times + 1), random.nextInt(2)));
    }
    for (boolean dropRepeats : new boolean[] {false, true}) {
      EventColumns columns = new EventColumns();
      all.forEach(e -> columns.add(e.user(), e.item(), e.time(), e.action()));

      Ordered ordered = EventOrder.order(columns, Math.min(users, size), 0, dropRepeats);

      List<Event> expected = plain(all, dropRepeats);
      assertThat(events(ordered.log())).isEqualTo(expected);
      assertThat(ordered.duplicates() + ordered.repeats()).isEqualTo(size - expected.size());
      assertThat(ordered.outOfOrder()).isEqualTo(outOfOrder(all, users));
      assertThat(columns.size()).isZero();
    }
  }

  @Test
  void restampingCountsTheKeptEvents() {
    EventColumns columns = new EventColumns();
    columns.add(0, 5, 30, 1);
    columns.add(0, 5, 30, 1);
    columns.add(0, 6, 10, 1);

    InteractionLog log = EventOrder.order(columns, 1, 60, false).log();

    assertThat(log.times()).containsExactly(60, 120);
    assertThat(log.items()).containsExactly(6, 5);
  }

  @Test
  void aStepThatPassesTheLargestTimeIsRefused() {
    EventColumns columns = new EventColumns();
    for (int i = 0; i < 101; i++) {
      columns.add(0, 1, i, 1);
    }
    assertThatThrownBy(() -> EventOrder.order(columns, 1, (int) (Clock.MAX_SECONDS / 100), false))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining("lower the clock's step");
  }

  private static List<Event> events(InteractionLog log) {
    List<Event> events = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      for (int e = log.start(user); e < log.start(user) + log.length(user); e++) {
        events.add(new Event(user, log.items()[e], log.times()[e], log.actions()[e]));
      }
    }
    return events;
  }

  private static List<Event> plain(List<Event> all, boolean dropRepeats) {
    Set<Event> known = new HashSet<>();
    Set<List<Integer>> had = new HashSet<>();
    return all.stream()
        .sorted(Comparator.comparingInt(Event::user).thenComparingLong(Event::time))
        .filter(known::add)
        .filter(e -> !dropRepeats || had.add(List.of(e.user(), e.item())))
        .toList();
  }

  private static long outOfOrder(List<Event> all, int users) {
    long[] latest = new long[users];
    long count = 0;
    for (Event e : all) {
      count += e.time() < latest[e.user()] ? 1 : 0;
      latest[e.user()] = Math.max(latest[e.user()], e.time());
    }
    return count;
  }
}
