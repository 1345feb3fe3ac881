package dev.hstu.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.retrieval.cli.CommandLineRun;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole command on few vectors: filtered searches keep their recall and are timed beside the
/// unfiltered ones.
final class FilterCommandTest {

  @TempDir private Path work;

  @Test
  void everyFilterIsTimedBesideNone() throws IOException {
    CommandLineRun run =
        CommandLineRun.of(
            "bench",
            "filter",
            "--items=6000",
            "--set=3000",
            "--dimension=16",
            "--k=50",
            "--query-count=40",
            "--rounds=2",
            "--json",
            "--work=" + work);
    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode rows = run.json().path("rows");

    assertThat(rows)
        .extracting(row -> row.path("filter").asText())
        .containsExactly("none", "in the set", "not in the set");
    assertThat(rows).allSatisfy(row -> assertThat(row.path("recall").asDouble()).isGreaterThan(.9));
    assertThat(rows.get(0).path("p99Ratio").asDouble()).isEqualTo(1);
  }
}
