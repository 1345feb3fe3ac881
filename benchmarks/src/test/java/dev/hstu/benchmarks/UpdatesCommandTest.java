package dev.hstu.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.retrieval.cli.CommandLineRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole command on few vectors for a second: everything is searched and updated, timed and
/// cleared away.
final class UpdatesCommandTest {

  @TempDir private Path work;

  @Test
  void searchesAndUpdatesAreTimedBesideEachOther() throws IOException {
    CommandLineRun run =
        CommandLineRun.of(
            "bench",
            "updates",
            "--items=2000",
            "--dimension=8",
            "--k=20",
            "--rate=200",
            "--seconds=1",
            "--quiet-seconds=1",
            "--json",
            "--work=" + work);

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode report = run.json();
    for (String timed : new String[] {"before_micros", "beside_micros", "after_micros"}) {
      assertThat(report.at("/" + timed + "/count").asLong()).as(timed).isPositive();
      assertThat(report.at("/" + timed + "/p99").asLong())
          .as(timed)
          .isGreaterThanOrEqualTo(report.at("/" + timed + "/p50").asLong());
    }
    assertThat(report.get("p99_ratio").asDouble()).isPositive();
    assertThat(report.at("/acknowledged_millis/count").asLong()).isPositive();
    assertThat(report.at("/searchable_millis/count").asLong())
        .isEqualTo(report.at("/acknowledged_millis/count").asLong());
    try (Stream<Path> left = Files.list(work)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void withoutUpdatesThereIsNothingToMeasure() {
    CommandLineRun run =
        CommandLineRun.of("bench", "updates", "--items=10", "--rate=0", "--work=" + work);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("rate=0 must each be at least 1");
  }
}
