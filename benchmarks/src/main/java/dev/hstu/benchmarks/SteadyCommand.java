package dev.hstu.benchmarks;

import dev.hstu.benchmarks.load.ClientClaim;
import dev.hstu.benchmarks.service.ServerCores;
import dev.hstu.benchmarks.service.SteadyLoad;
import dev.hstu.benchmarks.service.SteadyLoad.Stretch;
import dev.hstu.retrieval.cli.Console;
import dev.hstu.retrieval.cli.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu bench steady`: a service for minutes, alone and beside swaps, updates and a lost encoder.
@Command(
    name = "steady",
    description = {
      "Serves a catalogue of seeded vectors from a process of its own, finds how many requests a",
      "second saturate it, and sends shares of that at fixed instants: first alone, then beside swaps",
      "of the generation, updates of items and, with --encoders, the loss of one encoder."
    },
    mixinStandardHelpOptions = true)
final class SteadyCommand implements Callable<Integer> {

  @Mixin private WorldOptions world = new WorldOptions();

  @Option(names = "--k", defaultValue = "100", description = "default: ${DEFAULT-VALUE}")
  private int k;

  @Option(names = "--connections", defaultValue = "32", description = "default: ${DEFAULT-VALUE}")
  private int connections;

  @Option(
      names = "--shares",
      split = ",",
      defaultValue = "40,70",
      description = "of the saturation, in percent; default: ${DEFAULT-VALUE}")
  private List<Integer> shares = List.of();

  @Option(
      names = "--warm-up-seconds",
      defaultValue = "120",
      description = "at half the saturation, not measured; default: ${DEFAULT-VALUE}")
  private int warmUpSeconds;

  @Option(
      names = "--alone-seconds",
      defaultValue = "240",
      description = "default: ${DEFAULT-VALUE}")
  private int aloneSeconds;

  @Option(names = "--seconds", defaultValue = "600", description = "default: ${DEFAULT-VALUE}")
  private int seconds;

  @Option(
      names = "--swap-seconds",
      defaultValue = "60",
      description = "from one swap to the next; default: ${DEFAULT-VALUE}")
  private int swapSeconds;

  @Option(
      names = "--updates",
      defaultValue = "20",
      description = "of items a second; default: ${DEFAULT-VALUE}")
  private int updates;

  @Option(
      names = "--encoders",
      defaultValue = "2",
      description = "processes that encode; 0: the service itself; default: ${DEFAULT-VALUE}")
  private int encoders;

  @Option(
      names = "--kept",
      defaultValue = "50",
      description =
          "percent of the requests that are of users whose embedding is kept;"
              + " default: ${DEFAULT-VALUE}")
  private int kept;

  @Option(
      names = "--together",
      description = "the users' embeddings end at the same instants, some minutes apart")
  private boolean together;

  @Option(
      names = "--java-options",
      split = " ",
      defaultValue = "-Xms2g -Xmx2g -XX:+AlwaysPreTouch -XX:MaxTenuringThreshold=1",
      description =
          "of the service, whose heap is all in memory from the start, so that what it gets more"
              + " is no heap; default: ${DEFAULT-VALUE}")
  private List<String> javaOptions = List.of();

  @Option(
      names = "--service-cores",
      defaultValue = "",
      description =
          "processors of the service alone, such as 0,1, by taskset; encoders and client keep"
              + " those that this command was started on; default: the same for all")
  private String serviceCores = "";

  @Option(
      names = "--client-first",
      description =
          "the client goes before all else on the processors it shares, so that what it would wait"
              + " for them is not taken for the service's; needs root or CAP_SYS_NICE on Linux")
  private boolean clientFirst;

  @Mixin private ReportOptions report = new ReportOptions();

  @Override
  public Integer call() throws IOException {
    Console console = report.console();
    SteadyLoad.Settings settings =
        new SteadyLoad.Settings(
            k,
            connections,
            shares,
            Duration.ofSeconds(warmUpSeconds),
            Duration.ofSeconds(aloneSeconds),
            Duration.ofSeconds(seconds),
            Duration.ofSeconds(swapSeconds),
            updates,
            encoders,
            kept,
            together,
            javaOptions,
            new ServerCores(serviceCores),
            clientFirst ? ClientClaim.FIRST : ClientClaim.ORDINARY);
    List<Stretch> stretches =
        new SteadyLoad(world.world(console), settings, world.work()).run(console::remark);
    if (console.json()) {
      console.printJson(stretches);
    } else {
      print(console, stretches);
    }
    boolean failed = stretches.stream().anyMatch(s -> s.load().failures() > 0);
    return failed ? 1 : 0;
  }

  private static void print(Console console, List<Stretch> stretches) {
    Table table =
        new Table(
            "of saturation",
            "rate",
            "sent",
            "failed",
            "cheaper",
            "CPU µs each",
            "p50 µs",
            "p99 µs",
            "p99/p50",
            "p99.9 µs",
            "swaps",
            "updates",
            "own MiB by quarter",
            "mapped MiB",
            "recall % of CPU");
    for (Stretch stretch : stretches) {
      table.row(
          stretch.name(),
          stretch.rate() == 0
              ? String.format(Locale.ROOT, "%.0f", stretch.load().requestsPerSecond())
              : Integer.toString(stretch.rate()),
          Long.toString(stretch.load().sent()),
          stretch.load().failures() == 0 ? "0" : stretch.load().byOutcome().toString(),
          Long.toString(stretch.load().cheaper()),
          String.format(Locale.ROOT, "%.0f", stretch.cpuMicrosPerRequest()),
          micros(stretch.load().latencyMicros(), "p50"),
          micros(stretch.load().latencyMicros(), "p99"),
          ratio(stretch.load().latencyMicros()),
          micros(stretch.load().latencyMicros(), "p999"),
          Integer.toString(stretch.swaps()),
          stretch.updates() + (stretch.failedUpdates() == 0 ? "" : " -" + stretch.failedUpdates()),
          stretch.ownMegabytes().toString(),
          stretch.mappedMegabytes().toString(),
          String.format(
              Locale.ROOT,
              "%.1f",
              100 * stretch.recallCpuSeconds() / Math.max(1e-9, stretch.cpuSeconds())));
      if (stretch.load().latencyByCache().size() > 1) {
        stretch.load().latencyByCache().forEach((kind, micros) -> kind(table, kind, micros));
      }
    }
    console.print(table);
  }

  /// A row for those of a stretch's answers of which the same was kept.
  private static void kind(Table table, String kind, Map<String, Long> micros) {
    table.row(
        "  " + kind,
        "",
        micros(micros, "count"),
        "",
        "",
        "",
        micros(micros, "p50"),
        micros(micros, "p99"),
        ratio(micros),
        micros(micros, "p999"),
        "",
        "",
        "",
        "",
        "");
  }

  private static String micros(Map<String, Long> micros, String quantile) {
    return Long.toString(micros.getOrDefault(quantile, 0L));
  }

  private static String ratio(Map<String, Long> micros) {
    long p99 = micros.getOrDefault("p99", 0L);
    return String.format(Locale.ROOT, "%.1f", p99 / Math.max(1.0, micros.getOrDefault("p50", 0L)));
  }
}
