package dev.hstu.benchmarks.search;

import dev.hstu.benchmarks.contenders.ContenderKind;
import dev.hstu.benchmarks.contenders.IndexCost;
import dev.hstu.retrieval.report.PageInChromium;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The page of a comparison as a browser shows it, with every contender there is.
final class SearchReportTest {

  @Test
  void everyContenderIsListedAtEveryTarget() throws Exception {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data", "clustered-1000000x64-seed7-1024q");
    facts.put("vectors", "1000000");
    Map<String, IndexCost> costs = new LinkedHashMap<>();
    List<Measurement> measurements = new ArrayList<>();
    for (double recall : new double[] {.95, .99}) {
      for (ContenderKind kind : ContenderKind.values()) {
        costs.put(kind.label(), new IndexCost(115.1, 220.4, 2, 333_000_000, 340_000_000));
        measurements.add(
            new Measurement(
                kind.label(),
                kind.label().equals("auto") ? "partitions-int8" : "",
                new Target(500, recall),
                1,
                "recall asked 0.9414",
                recall < .99,
                recall,
                recall,
                8_700,
                8_541.5,
                8_912.3,
                13.9,
                110,
                187));
      }
    }
    PageInChromium.requireGood(new SearchReport(facts, costs, measurements).html(), 0, 3);
  }
}
