package dev.hstu.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.benchmarks.contenders.ContenderKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The whole command on few vectors: every contender of this process reaches the recall it was
/// tuned for, and what was built is used again.
final class SearchCommandTest {

  @TempDir private Path work;

  @Test
  void everyContenderReachesItsRecall() throws IOException {
    Path page = work.resolve("page.html");
    JsonNode report =
        run("--rows", "5000", "--dimension", "32", "--query-count", "128", "--k", "50")
            .report("--recall", ".9", "--rounds", "3", "--batch", "8", "--html", page.toString());

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
    Invocation same =
        run("--rows", "3000", "--dimension", "16", "--query-count", "64", "--k", "20");
    String[] rest = {"--recall", ".9", "--rounds", "1", "--contenders", "lucene,partitions"};

    JsonNode first = same.report(rest).path("indexes");
    JsonNode second = same.report(rest).path("indexes");

    assertThat(second).isEqualTo(first);
  }

  @Test
  void peersThatAreNotBuiltAreSaidSo() {
    Invocation invocation = run("--rows", "1000");
    StringWriter said = new StringWriter();

    int exit = invocation.execute(said, "--peers", "--drivers", work.resolve("nothing").toString());

    assertThat(exit).isNotZero();
    assertThat(said.toString()).contains("faiss_ivf isn't built", "benchmarks/peers/build.sh");
  }

  @Test
  void anUnknownContenderIsNamedBesideThoseThereAre() {
    StringWriter said = new StringWriter();

    assertThat(run("--rows", "1000").execute(said, "--contenders", "hsnw")).isNotZero();

    assertThat(said.toString()).contains("'hsnw'", "hnswlib", "partitions-int8");
  }

  private Invocation run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", "--work", work.resolve("kept").toString()));
    return new Invocation(all);
  }

  private record Invocation(List<String> arguments) {

    JsonNode report(String... more) throws IOException {
      PrintStream before = System.out;
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      try {
        StringWriter said = new StringWriter();
        assertThat(execute(said, more)).as(said.toString()).isZero();
      } finally {
        System.setOut(before);
      }
      return new ObjectMapper().readTree(out.toByteArray());
    }

    int execute(StringWriter said, String... more) {
      List<String> all = new ArrayList<>(arguments);
      all.addAll(List.of(more));
      return new CommandLine(new SearchCommand())
          .setExecutionExceptionHandler(
              (failure, command, result) -> {
                said.append(String.valueOf(failure.getMessage()));
                return 2;
              })
          .setErr(new PrintWriter(said))
          .execute(all.toArray(String[]::new));
    }
  }
}
