package dev.hstu.retrieval.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.Provenance;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Golden users are drawn by seed from the last day, with their whole histories and the last event
/// as truth, and come back from their file as they went.
final class GoldenUsersTest {

  private static final long DAY = 86_400;
  private static final long END = 1_000 * DAY;

  /// Users with two events a day apart; user `u`'s last is `u / 10` days before the end.
  private static final int USERS = 100;

  @TempDir private Path folder;

  @Test
  void theLastDayIsDrawnFrom() throws IOException {
    GoldenUsers golden = GoldenUsers.sample(data(new Clock.Wall()), 8, 1);

    assertThat(golden.size()).isEqualTo(8);
    for (int u = 0; u < golden.size(); u++) {
      assertThat(golden.log().times()[golden.log().start(u) + 1]).isGreaterThanOrEqualTo(END - DAY);
      assertThat(golden.log().length(u)).isEqualTo(2);
    }
    assertThat(golden.newestEvent()).isEqualTo(END);
  }

  @Test
  void wereThereTooFewOnTheLastDayTheNewestTruthsServe() throws IOException {
    GoldenUsers golden = GoldenUsers.sample(data(new Clock.Wall()), 50, 1);

    assertThat(golden.size()).isEqualTo(50);
    for (int u = 0; u < golden.size(); u++) {
      assertThat(golden.log().times()[golden.log().start(u) + 1]).isGreaterThan(END - 5 * DAY);
    }
  }

  @Test
  void aSequenceClockKnowsNoDay() throws IOException {
    GoldenUsers golden = GoldenUsers.sample(data(new Clock.Sequence(60)), 50, 1);

    LongStream truths =
        IntStream.range(0, golden.size())
            .mapToLong(u -> golden.log().times()[golden.log().start(u) + 1]);
    assertThat(truths.min().orElseThrow()).isLessThan(END - 5 * DAY);
  }

  @Test
  void theSameSeedDrawsTheSameUsers() throws IOException {
    PreparedData data = data(new Clock.Wall());

    assertThat(GoldenUsers.sample(data, 9, 1).log().times())
        .isEqualTo(GoldenUsers.sample(data, 9, 1).log().times())
        .isNotEqualTo(GoldenUsers.sample(data, 9, 2).log().times());
  }

  @Test
  void theFileGivesThemBack() throws IOException {
    GoldenUsers golden = GoldenUsers.sample(data(new Clock.Wall()), 20, 1);
    Path file = folder.resolve(GoldenUsers.FILE);
    golden.write(file);

    GoldenUsers read = GoldenUsers.read(file);
    assertThat(read.log().items()).isEqualTo(golden.log().items());
    assertThat(read.log().times()).isEqualTo(golden.log().times());
    assertThat(read.clock()).isEqualTo("wall");
    assertThat(read.dataFingerprint()).isEqualTo(golden.dataFingerprint());
    assertThat(read.newestEvent()).isEqualTo(golden.newestEvent());
    for (int row = 0; row < golden.items().size(); row++) {
      assertThat(read.items().idAt(row)).isEqualTo(golden.items().idAt(row));
    }
  }

  @Test
  void anImpossibleNumberIsRefused() throws IOException {
    PreparedData data = data(new Clock.Wall());

    assertThatThrownBy(() -> GoldenUsers.sample(data, 0, 1))
        .hasMessage("golden users=0 must be within 1..10000; set --golden-users");
  }

  private PreparedData data(Clock clock) throws IOException {
    long[] offsets = LongStream.rangeClosed(0, USERS).map(u -> 2 * u).toArray();
    int[] items = IntStream.range(0, 2 * USERS).map(e -> 1 + e % 7).toArray();
    long[] times = new long[2 * USERS];
    for (int u = 0; u < USERS; u++) {
      times[2 * u + 1] = END - u / 10 * DAY - u % 10;
      times[2 * u] = times[2 * u + 1] - DAY;
    }
    Path target = folder.resolve("data");
    PreparedData.write(
        target,
        new Provenance(List.of(), new TreeMap<>(), clock, new TreeMap<>(), 0, 0),
        new InteractionLog(offsets, items, times, new float[2 * USERS]),
        IdTable.ofLongs(LongStream.range(0, USERS).toArray()),
        IdTable.ofStrings(IntStream.range(0, 7).mapToObj(i -> "item " + i).toList()),
        AttributeTable.withoutColumns(7));
    return PreparedData.open(target);
  }
}
