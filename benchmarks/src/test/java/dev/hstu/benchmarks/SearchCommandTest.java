package dev.hstu.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.benchmarks.contenders.ContenderKind;
import dev.hstu.retrieval.cli.CommandLineRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole command on few vectors: every contender of this process reaches the recall it was
/// tuned for, and what was built is used again.
final class SearchCommandTest {

  @TempDir private Path work;

  @Test
  void everyContenderReachesItsRecall() throws IOException {
    Path page = work.resolve("page.html");
    JsonNode report =
        report(
            "--rows=5000",
            "--dimension=32",
            "--query-count=128",
            "--k=50",
            "--recall=.9",
            "--rounds=3",
            "--batch=8",
            "--html=" + page);

    Set<String> named = new HashSet<>();
    for (JsonNode row : report.path("measurements")) {
      String name = row.path("contender").asText();
      named.add(name);
      assertThat(row.path("reached").asBoolean()).as(name).isTrue();
      assertThat(row.path("tuningRecall").asDouble()).as(name).isGreaterThanOrEqualTo(0.9);
      assertThat(row.path("recall").asDouble()).as(name).isCloseTo(1, within(0.15));
      assertThat(row.path("queriesPerSecond").asDouble()).as(name).isPositive();
      assertThat(row.path("p99Micros").asDouble())
          .as(name)
          .isGreaterThanOrEqualTo(row.path("p50Micros").asDouble());
    }
    assertThat(named)
        .containsExactlyInAnyOrderElementsOf(
            ContenderKind.inJava().stream().map(ContenderKind::label).toList());
    assertThat(report.path("indexes").path("partitions").path("diskBytes").asLong())
        .isGreaterThan(5_000 * 32 * 4);
    assertThat(page).content().contains("K=50 at recall 0.900", "partitions-int8");
  }

  @Test
  void whatWasBuiltIsUsedAgain() throws IOException {
    String[] same = {
      "--rows=3000",
      "--dimension=16",
      "--query-count=64",
      "--k=20",
      "--recall=.9",
      "--rounds=1",
      "--contenders=lucene,partitions"
    };

    JsonNode first = report(same).path("indexes");
    JsonNode second = report(same).path("indexes");

    assertThat(second).isEqualTo(first);
  }

  @Test
  void peersThatAreNotBuiltAreSaidSo() {
    CommandLineRun run = run("--rows=1000", "--peers", "--drivers=" + work.resolve("nothing"));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("faiss_ivf isn't built", "benchmarks/peers/build.sh");
  }

  @Test
  void anUnknownContenderIsNamedBesideThoseThereAre() {
    CommandLineRun run = run("--rows=1000", "--contenders=hsnw");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("'hsnw'", "hnswlib", "partitions-int8");
  }

  private CommandLineRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("bench", "search", "--json"));
    all.addAll(List.of("--work", work.resolve("kept").toString()));
    all.addAll(List.of(arguments));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private JsonNode report(String... arguments) throws IOException {
    CommandLineRun run = run(arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run.json();
  }
}
