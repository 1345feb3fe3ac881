package dev.hstu.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.benchmarks.load.LoadResult;
import dev.hstu.benchmarks.load.LoadSettings;
import dev.hstu.benchmarks.load.LoadTest;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.cli.Console;
import dev.hstu.retrieval.cli.Table;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu bench load`: histories of a prepared-data folder, posted to a running service.
@Command(
    name = "load",
    description = {
      "Posts /retrieve requests made of real histories to a service on this machine.",
      "With --rate requests are due at fixed instants and latency counts from then; without it each",
      "connection sends as soon as it was answered, which finds the highest throughput."
    },
    mixinStandardHelpOptions = true)
final class LoadCommand implements Callable<Integer> {

  private static final int MAX_BODIES = 20_000;

  @Option(
      names = "--url",
      defaultValue = "http://127.0.0.1:8080/retrieve",
      description = "default: ${DEFAULT-VALUE}")
  private URI url = URI.create("http://127.0.0.1:8080/retrieve");

  @Option(names = "--data", required = true, description = "prepared-data folder")
  private Path data = Path.of("");

  @Option(names = "--rate", defaultValue = "0", description = "requests a second; 0: as many as go")
  private int rate;

  @Option(names = "--connections", defaultValue = "16", description = "default: ${DEFAULT-VALUE}")
  private int connections;

  @Option(names = "--k", defaultValue = "100", description = "default: ${DEFAULT-VALUE}")
  private int k;

  @Option(names = "--seconds", defaultValue = "20", description = "default: ${DEFAULT-VALUE}")
  private int seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      description = "seconds, not measured; default: ${DEFAULT-VALUE}")
  private int warmUpSeconds;

  @Option(names = "--seed", defaultValue = "1", description = "order of the users")
  private long seed;

  @Mixin private ReportOptions report = new ReportOptions();

  @Override
  public Integer call() throws IOException {
    Console console = report.console();
    LoadSettings settings =
        new LoadSettings(
            url, rate, connections, Duration.ofSeconds(warmUpSeconds), Duration.ofSeconds(seconds));
    List<byte[]> bodies = bodies();
    console.remark(
        "posting %,d different histories to %s for %d s".formatted(bodies.size(), url, seconds));
    LoadResult result = new LoadTest(settings, bodies).run();
    if (console.json()) {
      console.printJson(result);
    } else {
      print(console, result);
    }
    return result.failures() == 0 ? 0 : 1;
  }

  private void print(Console console, LoadResult result) {
    Table table =
        new Table("rate", "answered/s", "p50 µs", "p90 µs", "p99 µs", "p99.9 µs", "max µs");
    Map<String, Long> micros = result.latencyMicros();
    table.row(
        rate == 0 ? "closed loop" : Integer.toString(rate),
        String.format(Locale.ROOT, "%.0f", result.requestsPerSecond()),
        Long.toString(micros.get("p50")),
        Long.toString(micros.get("p90")),
        Long.toString(micros.get("p99")),
        Long.toString(micros.get("p999")),
        Long.toString(micros.get("max")));
    console.print(table);
    console.print("answers by status: " + result.byOutcome());
  }

  private List<byte[]> bodies() throws IOException {
    PreparedData prepared = PreparedData.open(data);
    InteractionLog log = prepared.log();
    ObjectMapper mapper = new ObjectMapper();
    List<byte[]> bodies = new ArrayList<>();
    Random random = new Random(seed);
    for (int u : random.ints(0, log.users()).distinct().limit(log.users()).toArray()) {
      if (log.length(u) > 0 && bodies.size() < MAX_BODIES) {
        bodies.add(mapper.writeValueAsBytes(request(mapper, log, prepared.items(), u)));
      }
    }
    return bodies;
  }

  private ObjectNode request(ObjectMapper mapper, InteractionLog log, IdTable items, int u) {
    ObjectNode request = mapper.createObjectNode();
    ArrayNode events = request.putArray("events");
    int end = log.start(u) + log.length(u);
    for (int e = log.start(u); e < end; e++) {
      events
          .addObject()
          .put("itemId", items.idAt(log.items()[e] - 1))
          .put("timestamp", log.times()[e]);
    }
    return request.put("requestTime", log.times()[end - 1] + 1).put("k", k);
  }
}
