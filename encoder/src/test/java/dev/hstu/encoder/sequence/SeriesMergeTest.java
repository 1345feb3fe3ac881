package dev.hstu.encoder.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Events and slow series as one sequence, by hand: items are rows 1 to 9, a language has the rows
/// 10 and 11, a town 12 to 14.
class SeriesMergeTest {

  private static final long ALWAYS = SeriesEntries.ALWAYS;

  private static final UserHistory EVENTS =
      new UserHistory(
          new int[] {1, 2, 3, 4}, new long[] {100, 200, 200, 300}, new float[] {5, 4, 3, 2}, 400);

  @Test
  void anEntryStandsBeforeTheEventsOfItsTimeAndWhatAlwaysHeldBeforeAll() {
    UserHistory merged =
        with(entries(new int[] {0, 1, 1}, new int[] {10, 12, 13}, ALWAYS, 150, 200))
            .merged(new HistoryWindow(9, 1));
    assertThat(merged.items()).containsExactly(10, 1, 12, 13, 2, 3, 4);
    assertThat(merged.times()).containsExactly(100, 100, 150, 200, 200, 200, 300);
    assertThat(merged.actions()).containsExactly(Float.NaN, 5, Float.NaN, Float.NaN, 4, 3, 2);
    assertThat(merged.requestTime()).isEqualTo(400);
    assertThat(merged.series().count()).isZero();
  }

  @Test
  void entriesOfOneTimeKeepTheOrderOfTheSeries() {
    UserHistory merged =
        with(entries(new int[] {0, 1}, new int[] {11, 14}, 200, 200))
            .merged(new HistoryWindow(9, 1));
    assertThat(merged.items()).containsExactly(1, 11, 14, 2, 3, 4);
  }

  @Test
  void anEntryAfterTheLastEventIsTheLastTokenAndOneAfterTheRequestIsNone() {
    UserHistory merged =
        with(entries(new int[] {0, 0, 0}, new int[] {10, 11, 10}, 350, 400, 401))
            .merged(new HistoryWindow(9, 1));
    assertThat(merged.items()).containsExactly(1, 2, 3, 4, 10, 11);
    assertThat(merged.times()).containsExactly(100, 200, 200, 300, 350, 400);
  }

  @Test
  void whatWasInForceStandsBeforeTheKeptTokens() {
    // 10 . 1 . 12 . 13 . 2 3 4: of seven tokens five stay, the language and the last town among
    // them for what was cut off.
    SeriesEntries entries = entries(new int[] {0, 1, 1}, new int[] {10, 12, 13}, ALWAYS, 150, 200);
    assertThat(with(entries).merged(new HistoryWindow(6, 1)).items())
        .containsExactly(10, 12, 13, 2, 3, 4);
    assertThat(with(entries).merged(new HistoryWindow(5, 1)).items())
        .containsExactly(10, 13, 2, 3, 4);
    UserHistory short4 = with(entries).merged(new HistoryWindow(4, 1));
    assertThat(short4.items()).containsExactly(10, 13, 3, 4);
    assertThat(short4.times()).containsExactly(200, 200, 200, 300);
    assertThat(with(entries).merged(new HistoryWindow(3, 1)).items()).containsExactly(10, 13, 4);
  }

  @Test
  void aWindowThatSeriesFillIsRefused() {
    SeriesEntries entries = entries(new int[] {0, 1}, new int[] {10, 12}, ALWAYS, ALWAYS);
    assertThat(with(entries).merged(new HistoryWindow(3, 1)).items()).containsExactly(10, 12, 4);
    assertThatThrownBy(() -> with(entries).merged(new HistoryWindow(2, 1)))
        .hasMessage(
            "a window of 2 events has no room for events beside 2 series; keep more events");
  }

  @Test
  void cuttingWhatWasCutChangesNothing() {
    SeriesEntries entries = entries(new int[] {0, 1, 1}, new int[] {10, 12, 13}, ALWAYS, 150, 200);
    for (int max = 3; max < 8; max++) {
      UserHistory once = with(entries).merged(new HistoryWindow(max, 1));
      assertThat(once.length()).isEqualTo(Math.min(max, 7));
      assertThat(once.merged(new HistoryWindow(max, 1))).isSameAs(once);
    }
  }

  @Test
  void aBatchHoldsTheMergedUsersBesideThoseWithoutSeries() {
    UserHistory known = with(entries(new int[] {0}, new int[] {10}, ALWAYS));
    HistoryBatch batch = HistoryBatch.of(List.of(known, EVENTS), new HistoryWindow(3, 1));
    assertThat(batch.offsets()).containsExactly(0, 3, 6);
    assertThat(batch.items()).containsExactly(10, 3, 4, 2, 3, 4);
    assertThat(batch.actions()).containsExactly(Float.NaN, 3, 2, 4, 3, 2);
  }

  @Test
  void rowsOfAnotherTableAreFoundByNameAndValue() {
    List<SeriesColumn> here =
        List.of(
            new SeriesColumn("language", List.of("de", "fr")),
            new SeriesColumn("town", List.of("Bern", "Genf", "Zug")));
    List<SeriesColumn> there =
        List.of(
            new SeriesColumn("age", List.of("young", "old")),
            new SeriesColumn("town", List.of("Zug", "Bern")));
    SeriesLog log =
        new SeriesLog(
            here,
            new long[] {0, 3, 4},
            new int[] {0, 1, 1, 1},
            new int[] {10, 12, 13, 14},
            new long[] {ALWAYS, 150, 200, 5});
    SeriesLog found = log.in(there, 9, 100);
    assertThat(found.columns()).isEqualTo(there);
    assertThat(found.offsets()).containsExactly(0, 1, 2);
    assertThat(found.series()).containsExactly(1, 1);
    assertThat(found.rows()).containsExactly(104, 103);
    assertThat(found.times()).containsExactly(150, 5);
    assertThat(log.in(List.of(), 9, 9).isEmpty()).isTrue();
  }

  private static UserHistory with(SeriesEntries series) {
    return new UserHistory(
        EVENTS.items(), EVENTS.times(), EVENTS.actions(), EVENTS.requestTime(), series);
  }

  private static SeriesEntries entries(int[] series, int[] rows, long... times) {
    return new SeriesEntries(series, rows, times);
  }
}
