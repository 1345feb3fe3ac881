package dev.hstu.retrieval.nightly;

import dev.hstu.retrieval.report.PageInChromium;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The page of a night as a browser shows it, however the night ended.
final class NightPageTest {

  private static final String GENERATION = "20260302T020000Z-aa03bd1c7beb";

  @Test
  void aWholeNightShowsEachOfItsSteps() throws Exception {
    PageInChromium.requireGood(NightPage.render(report(NightReport.PUBLISHED, 7)), 0, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {NightReport.FAILED, NightReport.INTERRUPTED})
  void aBrokenNightSaysWhyAndWhatServes(String state) throws Exception {
    PageInChromium.requireGood(NightPage.render(report(state, 2)), 0, 2);
  }

  private static NightReport report(String state, int done) {
    boolean published = state.equals(NightReport.PUBLISHED);
    List<FinishedStep> steps = new ArrayList<>();
    SortedMap<NightStep, Double> expected = new TreeMap<>();
    for (NightStep step : NightStep.values()) {
      expected.put(step, 61.5);
      if (steps.size() < done) {
        steps.add(
            new FinishedStep(
                step,
                "2026-03-02T02:00:00Z",
                83.25,
                new TreeMap<>(),
                new TreeMap<>(
                    Map.of(
                        GenerationWork.GENERATION,
                        GENERATION,
                        GateWork.VERDICT,
                        "generation %s may be published".formatted(GENERATION),
                        "current",
                        GENERATION)),
                new TreeMap<>(Map.of("events", 1_000_209.0, "loss", 2.34567, "bytes", 6e8)),
                List.of("12 rows of inbox/2026-03-01.csv name no item and were dropped"),
                600L << 20));
      }
    }
    return new NightReport(
        "2026-03-02",
        state,
        published ? GENERATION : null,
        GENERATION,
        published ? null : NightStep.EMBED,
        published ? null : "no space left on the device; free some, or raise disk",
        "2026-03-01",
        !published,
        steps,
        expected,
        1_234,
        7L << 30,
        20L << 30,
        1L << 30,
        4L << 30);
  }
}
