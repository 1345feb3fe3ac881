package dev.hstu.retrieval.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.report.PageInChromium;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The pages of an evaluation and of a comparison with everything in them, as a browser shows them.
final class HtmlReportTest {

  private static final String SEEN = SeenFilter.ALL.label();

  @Test
  void anEvaluationIsReadableInLightAndDark() throws Exception {
    String page = HtmlReport.render(report(1, "20261122T000000Z-abcdef012345"));
    keep("evaluation.html", page);
    assertThat(page).contains("95 % intervals", "target&#39;s popularity".replace("&#39;", "'"));
    PageInChromium.requireGood(page, 5, 7);
  }

  @Test
  void aComparisonIsReadableInLightAndDark() throws Exception {
    SplittableRandom random = new SplittableRandom(4);
    int[] a = random.ints(2_000, 0, 900).toArray();
    int[] b = IntStream.of(a).map(rank -> Math.max(0, rank - random.nextInt(60))).toArray();
    List<Difference> differences = new ArrayList<>();
    for (SeenFilter filter : SeenFilter.values()) {
      differences.addAll(
          new PairedRanks("exact", filter.label(), a, b)
              .differences(RankedMetric.parse("HR@100"), 400, 42));
    }
    String page =
        HtmlReport.render(
            new Comparison(
                "model runs/a",
                "model runs/b",
                "HR@100",
                differences.get(2).inWords(),
                2_000,
                400,
                42,
                differences,
                List.of("A ranks 3,883 items and B 3,706: fewer items are easier to be first of"),
                report(1, null),
                report(2, null)));
    keep("comparison.html", page);
    PageInChromium.requireGood(page, 2, 2);
  }

  /// Pages stay where `-Dhstu.pages` names a folder, to be looked at.
  private static void keep(String name, String page) throws Exception {
    String folder = System.getProperty("hstu.pages");
    if (folder != null) {
      Files.writeString(Path.of(folder).resolve(name), page);
    }
  }

  private static EvaluationReport report(int seed, String generation) {
    SplittableRandom random = new SplittableRandom(seed);
    List<EvaluationReport.Ranking> rankings = new ArrayList<>();
    for (SeenFilter filter : SeenFilter.values()) {
      for (String name : List.of("exact", "index", "unplanned", "popularity")) {
        rankings.add(
            new EvaluationReport.Ranking(
                name,
                filter.label(),
                metrics(random, 2_000, name.equals("popularity") ? 7 : 4.5),
                name.equals("index") ? Map.of(100, .991, 500, .988) : null,
                null));
      }
    }
    List<Slice> slices = new ArrayList<>();
    Map<String, List<String>> parts = new LinkedHashMap<>();
    parts.put("history length", Ranges.counts(5, 10, 20, 50, 100, 200, 500).labels());
    parts.put("target's popularity", PopularityGroups.LABELS);
    parts.put("target's action", List.of("1", "2", "3", "4", "5"));
    parts.put("target item's age", Ranges.ages().labels());
    parts.put("user came back", Ranges.ages().labels());
    parts.forEach(
        (by, labels) ->
            labels.forEach(
                label ->
                    slices.add(
                        new Slice(
                            by,
                            label,
                            generation == null ? "exact" : "index",
                            SEEN,
                            metrics(random, 20 + random.nextInt(600), 4 + random.nextDouble())))));
    return new EvaluationReport(
        "0123456789abcdef".repeat(4),
        generation,
        "djl pytorch-2.7.1 cpu float32",
        "fedcba9876543210".repeat(4),
        "leave-one-out over the whole catalogue, target = last event, request time = target",
        "target",
        Map.of("model", "3,883 items, D=50, 8 blocks of 2 heads, newest 200 events, clock wall"),
        3_883,
        2_000,
        12,
        3,
        rankings,
        slices,
        List.of(
            new ListQuality("index", SEEN, 10, 2_000, .3, .7, 210, 180.5, .4, .33, .21),
            new ListQuality("index", SEEN, 100, 2_000, .8, .6, 190, 180.5, .38, .33, .17)),
        TrainingCurve.of(
            IntStream.rangeClosed(1, 60)
                .mapToObj(
                    e ->
                        new TrainingCurve.Point(
                            e, 4 + 3.0 / e, e % 5 == 0 ? (Double) (.3 - .4 / e) : null))
                .toList()),
        null,
        null,
        12.5);
  }

  private static RankingMetrics.Summary metrics(SplittableRandom random, int users, double level) {
    RankingMetrics metrics = new RankingMetrics();
    for (int u = 0; u < users; u++) {
      metrics.add((long) Math.max(1, Math.exp(level + 2 * random.nextGaussian())));
    }
    return metrics.summary();
  }
}
