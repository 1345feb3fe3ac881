package dev.hstu.benchmarks;

import dev.hstu.benchmarks.service.ServedWorld;
import dev.hstu.benchmarks.service.ServiceFigures;
import dev.hstu.benchmarks.service.ServiceFigures.Turn;
import dev.hstu.retrieval.cli.Console;
import dev.hstu.retrieval.cli.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu bench service`: what a request costs beyond its search.
@Command(
    name = "service",
    description = {
      "Builds a catalogue of seeded vectors, serves it from a process of its own and asks it over",
      "loopback, in turn with the same searches in this process and with a bare route that returns as",
      "many bytes. Processor time is the serving process's."
    },
    mixinStandardHelpOptions = true)
final class ServiceCommand implements Callable<Integer> {

  @Mixin private WorldOptions world = new WorldOptions();

  @Option(names = "--k", defaultValue = "100", description = "default: ${DEFAULT-VALUE}")
  private int k;

  @Option(
      names = "--connections",
      defaultValue = "8",
      description = "where throughput is measured; default: ${DEFAULT-VALUE}")
  private int connections;

  @Option(names = "--rounds", defaultValue = "5", description = "default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--seconds",
      defaultValue = "5",
      description = "of each turn; default: ${DEFAULT-VALUE}")
  private int seconds;

  @Mixin private ReportOptions report = new ReportOptions();

  @Override
  public Integer call() throws IOException {
    Console console = report.console();
    ServedWorld served = world.world(console);
    ServiceFigures.Settings settings =
        new ServiceFigures.Settings(k, connections, rounds, Duration.ofSeconds(seconds));
    List<Turn> turns = new ServiceFigures(served, settings).run(world.work(), console::remark);
    if (console.json()) {
      console.printJson(turns);
    } else {
      print(console, turns);
    }
    return 0;
  }

  private static void print(Console console, List<Turn> turns) {
    Map<String, List<Turn>> kinds =
        turns.stream()
            .collect(Collectors.groupingBy(Turn::kind, LinkedHashMap::new, Collectors.toList()));
    Table table = new Table("", "requests/s", "CPU µs a request", "p50 µs", "p99 µs");
    kinds.forEach(
        (kind, of) ->
            table.row(
                kind,
                spread(of, Turn::perSecond),
                spread(of, Turn::cpuMicros),
                spread(of, Turn::p50Micros),
                spread(of, Turn::p99)));
    console.print(table);
    console.print("Medians of the rounds (least..most).");
  }

  private static String spread(List<Turn> turns, ToDoubleFunction<Turn> value) {
    double[] sorted = turns.stream().mapToDouble(value).sorted().toArray();
    return String.format(
        Locale.ROOT,
        "%,.0f (%,.0f..%,.0f)",
        sorted[sorted.length / 2],
        sorted[0],
        sorted[sorted.length - 1]);
  }
}
