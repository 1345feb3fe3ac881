package dev.hstu.retrieval.gate;

import dev.hstu.retrieval.report.PageInChromium;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The page of a verdict as a browser shows it: of a first generation, and of one that is blocked
/// beside a live one.
final class VerdictPageTest {

  private static final String FIRST = "20260301T020000Z-bd1c7beb0754";
  private static final String SECOND = "20260302T020000Z-aa03bd1c7beb";

  @Test
  void aFirstGenerationShowsWhatItHas() throws Exception {
    PageInChromium.requireGood(VerdictPage.render(verdict(null)), 2, 2);
  }

  @Test
  void aBlockedOneStandsBesideTheLiveOne() throws Exception {
    PageInChromium.requireGood(VerdictPage.render(verdict(FIRST)), 2, 2);
  }

  private static GateVerdict verdict(String live) {
    List<CheckResult> results = new ArrayList<>();
    results.add(new CheckResult.Passed("files", "23 files", "as sealed", "every file is there"));
    results.add(new CheckResult.Skipped("lost-items", "there is no live generation"));
    results.add(
        new CheckResult.Passed(
            "census",
            "0.0000",
            "at most 0.0010 (gate.max-unreachable-items)",
            "3,883 items: 0 unreachable, 0 dead ones returnable, 0 misplaced"));
    SortedMap<String, Double> figures = new TreeMap<>();
    for (String prefix : live == null ? List.of("") : List.of("", "live.")) {
      figures.put(prefix + "hit-rate@100", .6840);
      figures.put(prefix + "hit-rate@500", .8680);
    }
    figures.put("popularity.hit-rate@100", .2410);
    figures.put("popularity.hit-rate@500", .5530);
    figures.put("recall@100", .9333);
    figures.put("recall@500", .9575);
    if (live != null) {
      results.add(
          new CheckResult.Warned("p99", "520 ms", "at most 500 ms", "searches are slow", "wait"));
      results.add(
          new CheckResult.Blocked(
              "overlap@100",
              "0.0130",
              "at least 0.0500 (gate.min-overlap)",
              "of 1,000 golden users' top 100 a share of 0.0130 is what the live one returns",
              "look whether ids or vectors were permuted"));
      figures.put("overlap@100", .013);
    }
    return new GateVerdict(
        SECOND,
        live,
        Instant.parse("2026-03-02T02:00:00Z"),
        List.of("the golden users are those of the live generation"),
        results,
        figures,
        1.9);
  }
}
