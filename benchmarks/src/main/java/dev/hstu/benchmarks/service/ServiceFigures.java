package dev.hstu.benchmarks.service;

import dev.hstu.benchmarks.load.LoadResult;
import dev.hstu.benchmarks.load.LoadSettings;
import dev.hstu.benchmarks.load.LoadTest;
import dev.hstu.retrieval.Cli;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// What a request costs beyond its search. In turn, so that whatever else the machine does hits all
/// alike: the same searches in process; requests whose embedding is kept; requests whose list is
/// kept; a bare route that returns as many bytes.
public final class ServiceFigures {

  /// The two servers keep still while the other one is asked.
  private static final List<String> JAVA_OPTIONS = List.of("-Xms1g", "-Xmx3g");

  private static final Duration WARM_UP = Duration.ofSeconds(2);

  /// Users whose embeddings are kept.
  private static final int USERS = 2_000;

  /// Different requests of each; more lists than fit into [#RESULTS_MEMORY].
  private static final int VARIANTS = 10;

  /// Users whose lists fit and stay.
  private static final int RESULT_USERS = 64;

  /// Holds the lists of [#RESULT_USERS], and a small part of all others.
  private static final String RESULTS_MEMORY = "4m";

  private final ServedWorld world;
  private final Settings settings;

  /// @param k candidates of each request
  /// @param connections of the throughput turns; latencies are taken on one
  /// @param rounds of turns
  /// @param turn length of one
  public record Settings(int k, int connections, int rounds, Duration turn) {

    public Settings {
      if (k < 1 || connections < 1 || rounds < 1) {
        throw new IllegalArgumentException(
            "k=%d, connections=%d and rounds=%d must each be at least 1"
                .formatted(k, connections, rounds));
      }
    }
  }

  /// One kind of request in one turn.
  ///
  /// @param perSecond requests answered
  /// @param cpuMicros processor time of the server a request
  /// @param p50Micros as the client saw it
  public record Turn(String kind, double perSecond, double cpuMicros, long p50Micros, long p99) {}

  public ServiceFigures(ServedWorld world, Settings settings) {
    this.world = world;
    this.settings = settings;
  }

  /// Runs all turns.
  ///
  /// @param logs folder of the servers' messages
  /// @param progress told what comes next
  public List<Turn> run(Path logs, Consumer<String> progress) throws IOException {
    List<byte[]> searches = requests();
    List<byte[]> kept = searches.subList(0, RESULT_USERS);
    List<Turn> turns = new ArrayList<>();
    try (ServerProcess service = service(logs.resolve("service.log"));
        SearchFloor floor = SearchFloor.open(world, USERS, settings.k())) {
      URI retrieve = service.address().resolve("/retrieve");
      int answerBytes = LoadTest.answer("POST", retrieve, kept.get(0)).length;
      try (ServerProcess bare =
          BareRoute.start(JAVA_OPTIONS, logs.resolve("bare.log"), answerBytes)) {
        URI bareRoute = BareRoute.route(bare);
        progress.accept("answers of %,d bytes; warming up".formatted(answerBytes));
        turn("", service, retrieve, searches, settings.connections(), WARM_UP.multipliedBy(5));
        turn("", bare, bareRoute, kept, settings.connections(), WARM_UP.multipliedBy(3));
        for (int round = 0; round < settings.rounds(); round++) {
          progress.accept("round %d of %d".formatted(round + 1, settings.rounds()));
          turns.add(floor.turn(settings.turn()));
          for (int connections : new int[] {1, settings.connections()}) {
            String suffix = connections == 1 ? ", one connection" : "";
            Duration time = settings.turn();
            turns.add(
                turn("embedding kept" + suffix, service, retrieve, searches, connections, time));
            turns.add(turn("list kept" + suffix, service, retrieve, kept, connections, time));
            turns.add(turn("bare route" + suffix, bare, bareRoute, kept, connections, time));
          }
        }
      }
    }
    return turns;
  }

  private ServerProcess service(Path log) throws IOException {
    Map<String, String> environment =
        Map.of(
            "CACHE_RESULTS_MEMORY",
            RESULTS_MEMORY,
            "ADMISSION_WORKERS",
            "2",
            "ENCODER_THREADS",
            "1");
    List<String> arguments =
        List.of(
            "serve",
            "--generations",
            world.generations().toString(),
            "--port",
            "0",
            "--engine",
            "reference",
            "--json");
    return ServerProcess.start(
        ServerCores.SHARED, Cli.class, null, JAVA_OPTIONS, arguments, environment, log);
  }

  private Turn turn(
      String kind,
      ServerProcess server,
      URI target,
      List<byte[]> bodies,
      int connections,
      Duration time)
      throws IOException {
    LoadSettings warmUp = new LoadSettings(target, 0, connections, Duration.ZERO, WARM_UP);
    new LoadTest(warmUp, bodies).run();
    LoadSettings load = new LoadSettings(target, 0, connections, Duration.ZERO, time);
    long before = server.cpuNanos();
    LoadResult result = new LoadTest(load, bodies).run();
    double cpu = (server.cpuNanos() - before) / 1e3 / result.sent();
    if (result.failures() > 0) {
      throw new IOException("requests failed: " + result.byOutcome());
    }
    return new Turn(
        kind,
        result.requestsPerSecond(),
        cpu,
        result.latencyMicros().get("p50"),
        result.latencyMicros().get("p99"));
  }

  /// Requests whose lists differ and whose embeddings repeat; neighbours are of different users.
  private List<byte[]> requests() {
    SplittableRandom random = new SplittableRandom(1);
    byte[][] requests = new byte[USERS * VARIANTS][];
    Arrays.setAll(
        requests, i -> world.request(i % USERS, settings.k(), random.nextInt(world.items())));
    return List.of(requests);
  }
}
