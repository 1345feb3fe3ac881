package dev.hstu.benchmarks.service;

import dev.hstu.benchmarks.load.ClientClaim;
import dev.hstu.benchmarks.load.LoadResult;
import dev.hstu.benchmarks.load.LoadSettings;
import dev.hstu.benchmarks.load.LoadTest;
import dev.hstu.benchmarks.vectors.MixtureShape;
import dev.hstu.benchmarks.vectors.MixtureVectors;
import dev.hstu.index.generation.GenerationEntry;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.kernels.cpu.CompilerThreads;
import dev.hstu.retrieval.Cli;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A service for minutes at shares of what it can take: requests due at fixed instants, first
/// alone, then beside swaps of the generation, updates of items and the loss of an encoder.
///
/// Some of the requests are of users whose embedding is kept, the others of users seen for the
/// first time in a while, whose embedding is computed and costs many times as much: with both, the
/// median says little, and the 99th of a hundred is of the second kind. No list is kept, so that an
/// update or a swap, which no list outlives, makes no request dearer than those it is compared
/// with.
///
/// Requests are as of when they are made, and events of users at times of their own, so that kept
/// embeddings end one by one as they do of users who come when they like; or, asked for, all
/// users' at the same instants.
///
/// Beside the service, at the same rate, stand a route that returns as many bytes and does nothing
/// else, and one that keeps the processor busy as long as the service does before: what client and
/// machine take of the latency, and what any server would that needs as much.
///
/// What saturates the service is found with answers of full quality only: one that answers with the
/// popular list can't be saturated by one client.
public final class SteadyLoad {

  /// As the launcher starts one, with a heap that isn't made larger under way.
  private static final List<String> ENCODER_JAVA_OPTIONS =
      List.of("-Xms512m", "-Xmx512m", "-XX:MaxTenuringThreshold=1");

  private static final Duration WARM_UP = Duration.ofSeconds(10);

  /// Swaps at least in the time that is left to the compilers.
  private static final int COMPILED_SWAPS = 4;

  private static final int KEPT_USERS = 2_000;

  /// Ten times and more what [#EMBEDDINGS_MEMORY] holds, so that nearly all are forgotten before
  /// they come again.
  private static final int REQUESTS = 60_000;

  /// Holds the kept users' with room to spare, those past their expiry too.
  private static final String EMBEDDINGS_MEMORY = "4m";

  private static final List<String> BARE_JAVA_OPTIONS = List.of("-Xms512m", "-Xmx512m");

  /// How long the bare route is asked at each rate.
  private static final Duration BARE = Duration.ofSeconds(20);

  private static final String RECALL_CPU = "hstu_recall_cpu_seconds_total";

  private final ServedWorld world;
  private final Settings settings;
  private final Path logs;
  private final List<ServerProcess> encoders = new ArrayList<>();

  /// Requests so far: the next stretch goes on where the last one ended.
  private long sent;

  /// Whether the first encoder was killed.
  private volatile boolean lost;

  /// @param k candidates of each request
  /// @param connections requests in flight at most
  /// @param shares of the saturation, in percent
  /// @param compiling time at half the saturation before anything is measured, with swaps and all:
  ///     the compilers are at work for a minute and more, and again at the first swap, and are no
  ///     part of a steady load
  /// @param alone how long requests are alone, per share
  /// @param beside how long they aren't, per share
  /// @param swapEvery time from one swap to the next
  /// @param updatesPerSecond of items, one request each
  /// @param encoders processes that encode; 0: the service itself
  /// @param keptPercent of the requests, those of users whose embedding is kept
  /// @param together whether all users' embeddings end at the same instants
  /// @param javaOptions for the service's virtual machine
  /// @param cores of the service and of the routes that stand beside it; encoders and client keep
  ///     those that the command was started on
  /// @param claim of the client
  public record Settings(
      int k,
      int connections,
      List<Integer> shares,
      Duration compiling,
      Duration alone,
      Duration beside,
      Duration swapEvery,
      int updatesPerSecond,
      int encoders,
      int keptPercent,
      boolean together,
      List<String> javaOptions,
      ServerCores cores,
      ClientClaim claim) {

    public Settings {
      if (keptPercent < 0 || keptPercent > 100) {
        throw new IllegalArgumentException(
            "--kept=%d must be within 0..100, percent of the requests".formatted(keptPercent));
      }
    }
  }

  /// One stretch of load.
  ///
  /// @param ownMegabytes of the service, at the end of each quarter of it, without mapped files
  /// @param mappedMegabytes of the files it has mapped then: those of one generation or of two
  /// @param cpuSeconds that the service took, its warm-up included
  /// @param recallCpuSeconds of it, those that recall receipts took
  public record Stretch(
      String name,
      int rate,
      LoadResult load,
      int swaps,
      int updates,
      int failedUpdates,
      List<Long> ownMegabytes,
      List<Long> mappedMegabytes,
      double cpuSeconds,
      double recallCpuSeconds,
      List<Event> events) {

    /// Processor time of the server a request, its background's included: at one rate, the
    /// warm-up's requests took as much each.
    public double cpuMicrosPerRequest() {
      double seconds = load.sent() / load.requestsPerSecond();
      double all = seconds + WARM_UP.toSeconds();
      return cpuSeconds * 1e6 * seconds / all / load.sent();
    }
  }

  /// What happened beside the load.
  ///
  /// @param second since the measured time began
  public record Event(double second, String what) {}

  /// @param logs folder of the processes' messages
  public SteadyLoad(ServedWorld world, Settings settings, Path logs) {
    this.world = world;
    this.settings = settings;
    this.logs = logs;
  }

  /// Runs all of it: the saturation in a closed loop first, then each share alone and beside.
  public List<Stretch> run(Consumer<String> progress) throws IOException {
    try {
      for (int i = 0; i < settings.encoders(); i++) {
        encoders.add(encoder(i, 0));
      }
      progress.accept("finding the saturation");
      Stretch saturated;
      try (ServerProcess service = service(Map.of("LADDER_STEPS", "none"))) {
        List<byte[]> requests = requests();
        stretch("warm-up", service, requests, 0, WARM_UP.multipliedBy(3), null);
        saturated = stretch("saturated", service, requests, 0, WARM_UP.multipliedBy(2), null);
      }
      try (ServerProcess service = service(Map.of())) {
        return run(service, saturated, progress);
      }
    } finally {
      encoders.forEach(ServerProcess::close);
    }
  }

  private List<Stretch> run(ServerProcess service, Stretch saturated, Consumer<String> progress)
      throws IOException {
    List<byte[]> requests = requests();
    List<Stretch> stretches = new ArrayList<>();
    stretches.add(saturated);
    double highest = saturated.load().requestsPerSecond();
    progress.accept("warming up");
    Duration often = settings.compiling().dividedBy(COMPILED_SWAPS + 1);
    stretch("warm-up", service, requests, (int) (highest / 2), settings.compiling(), often);
    // What the client's compilers take from now on would be taken on another machine.
    int _ = CompilerThreads.lower();
    for (int share : settings.shares()) {
      int rate = (int) (highest * share / 100);
      progress.accept("%d %% of the saturation: %d requests/s".formatted(share, rate));
      String name = share + " %";
      Stretch bare = bare(name + ", bare route", service, requests, rate, 0);
      Stretch alone = stretch(name + ", alone", service, requests, rate, settings.alone(), null);
      int busyMicros = (int) Math.max(0, alone.cpuMicrosPerRequest() - bare.cpuMicrosPerRequest());
      stretches.add(bare);
      stretches.add(
          bare("%s, busy %d µs".formatted(name, busyMicros), service, requests, rate, busyMicros));
      stretches.add(alone);
      stretches.add(
          stretch(
              name + ", beside", service, requests, rate, settings.beside(), settings.swapEvery()));
    }
    return stretches;
  }

  /// A route beside the service that returns as many bytes.
  ///
  /// @param busyMicros processor time that it takes before, a request
  private Stretch bare(
      String name, ServerProcess service, List<byte[]> requests, int rate, int busyMicros)
      throws IOException {
    URI retrieve = service.address().resolve("/retrieve");
    int answerBytes = LoadTest.answer("POST", retrieve, requests.getFirst()).length;
    Path log = logs.resolve("bare.log");
    try (ServerProcess bare =
        BareRoute.start(settings.cores(), BARE_JAVA_OPTIONS, log, answerBytes, busyMicros)) {
      URI route = BareRoute.route(bare);
      new LoadTest(
              new LoadSettings(route, 0, settings.connections(), Duration.ZERO, BARE), requests)
          .run(); // compiled by now
      long cpuBefore = bare.cpuNanos();
      LoadSettings load =
          new LoadSettings(route, rate, settings.connections(), WARM_UP, BARE, settings.claim());
      LoadResult result = new LoadTest(load, requests).run();
      double cpuSeconds = (bare.cpuNanos() - cpuBefore) / 1e9;
      return new Stretch(
          name, rate, result, 0, 0, 0, List.of(), List.of(), cpuSeconds, 0, List.of());
    }
  }

  /// @param swapEvery null for a load with nothing beside it
  private Stretch stretch(
      String name,
      ServerProcess service,
      List<byte[]> requests,
      int rate,
      Duration time,
      @Nullable Duration swapEvery)
      throws IOException {
    List<Long> own = new ArrayList<>();
    List<Long> mapped = new ArrayList<>();
    AtomicInteger swaps = new AtomicInteger();
    AtomicInteger updates = new AtomicInteger();
    AtomicInteger failedUpdates = new AtomicInteger();
    List<Event> events = Collections.synchronizedList(new ArrayList<>());
    long measureFrom = System.nanoTime() + WARM_UP.toNanos();
    Consumer<String> happened =
        what -> events.add(new Event((System.nanoTime() - measureFrom) / 1e9, what));
    URI target = service.address().resolve("/retrieve");
    LoadSettings load =
        new LoadSettings(target, rate, settings.connections(), WARM_UP, time, settings.claim());
    long quarter = time.toMillis() / 4;
    long cpuBefore = service.cpuNanos();
    double recallBefore = recallCpuSeconds(service);
    LoadResult result;
    // Publishing checks every byte of a generation: seconds' work for one who is in no hurry.
    try (ScheduledExecutorService timer = Executors.newScheduledThreadPool(3);
        ScheduledExecutorService publisher =
            Executors.newSingleThreadScheduledExecutor(BackgroundThreads.factory("publisher"))) {
      timer.scheduleAtFixedRate(
          () -> {
            own.add(megabytes(service::ownBytes));
            mapped.add(megabytes(service::mappedBytes));
          },
          WARM_UP.toMillis() + quarter,
          quarter,
          TimeUnit.MILLISECONDS);
      if (swapEvery != null) {
        long swapMillis = swapEvery.toMillis();
        publisher.scheduleAtFixedRate(
            () -> swap(swaps, happened), swapMillis, swapMillis, TimeUnit.MILLISECONDS);
        Updates source = new Updates(service.address(), updates, failedUpdates);
        long micros = 1_000_000L / settings.updatesPerSecond();
        timer.scheduleAtFixedRate(source, 0, micros, TimeUnit.MICROSECONDS);
        if (!encoders.isEmpty()) {
          timer.schedule(() -> loseEncoder(happened), time.toMillis() / 2, TimeUnit.MILLISECONDS);
        }
      }
      LoadTest test = new LoadTest(load, requests, sent);
      result = test.run();
      sent = test.next();
      timer.shutdownNow();
      publisher.shutdown();
    }
    replaceEncoder();
    return new Stretch(
        name,
        rate,
        result,
        swaps.get(),
        updates.get(),
        failedUpdates.get(),
        List.copyOf(own),
        List.copyOf(mapped),
        (service.cpuNanos() - cpuBefore) / 1e9,
        recallCpuSeconds(service) - recallBefore,
        List.copyOf(events));
  }

  /// What the service says of itself.
  private static double recallCpuSeconds(ServerProcess service) throws IOException {
    try (InputStream in = service.address().resolve("/metrics").toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith(RECALL_CPU))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    }
  }

  /// Memory as it can be read.
  @FunctionalInterface
  private interface Memory {
    long bytes() throws IOException;
  }

  private static long megabytes(Memory memory) {
    try {
      return memory.bytes() >> 20;
    } catch (IOException _) {
      return -1;
    }
  }

  private void swap(AtomicInteger swaps, Consumer<String> happened) {
    GenerationStore store = world.store();
    try {
      String current = store.currentId().orElseThrow();
      for (GenerationEntry other : store.list()) {
        if (!other.id().equals(current)) {
          happened.accept("publish");
          store.publish(other.id());
          happened.accept("published");
          swaps.incrementAndGet();
          return;
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("a generation could not be published", e);
    }
  }

  /// Kills one encoder.
  private void loseEncoder(Consumer<String> happened) {
    lost = true;
    encoders.getFirst().kill();
    happened.accept("encoder killed");
  }

  /// Starts another encoder in the place of the one that was lost, where one was: between two
  /// stretches, since what a starting process takes of the two cores is taken elsewhere where
  /// encoders have machines of their own.
  private void replaceEncoder() throws IOException {
    if (lost) {
      lost = false;
      encoders.set(0, encoder(0, encoders.getFirst().address().getPort()));
    }
  }

  /// Puts an item's new vector, one a call.
  private static final class Updates implements Runnable {

    private final URI service;
    private final AtomicInteger done;
    private final AtomicInteger failed;
    private final SplittableRandom random = new SplittableRandom(7);
    private final Consumer<float[]> vectors =
        new MixtureVectors(MixtureShape.CLUSTERED, ServedWorld.DIMENSION, 1).items();
    private final float[] vector = new float[ServedWorld.DIMENSION];

    Updates(URI service, AtomicInteger done, AtomicInteger failed) {
      this.service = service;
      this.done = done;
      this.failed = failed;
    }

    @Override
    public void run() {
      vectors.accept(vector);
      URI item = service.resolve("/items/" + ServedWorld.id(random.nextInt(10_000)));
      String json = "{\"vector\":" + Arrays.toString(vector) + "}";
      try {
        LoadTest.answer("PUT", item, json.getBytes(StandardCharsets.UTF_8));
        done.incrementAndGet();
      } catch (IOException _) {
        failed.incrementAndGet();
      }
    }
  }

  private List<byte[]> requests() {
    SplittableRandom random = new SplittableRandom(2);
    long now = Instant.now().getEpochSecond();
    byte[][] requests = new byte[REQUESTS][];
    for (int i = 0; i < REQUESTS; i++) {
      boolean kept = random.nextInt(100) < settings.keptPercent();
      int user = kept ? random.nextInt(KEPT_USERS) : KEPT_USERS + i;
      long[] times =
          settings.together() ? world.sameTimes(now, user) : world.timesBefore(now, user);
      requests[i] = world.requestNow(user, times, settings.k(), random.nextInt(world.items()));
    }
    return List.of(requests);
  }

  private ServerProcess service(Map<String, String> more) throws IOException {
    String endpoints =
        encoders.stream().map(e -> e.address().toString()).collect(Collectors.joining(","));
    Map<String, String> environment = new HashMap<>(more);
    environment.put("CACHE_EMBEDDINGS_MEMORY", EMBEDDINGS_MEMORY);
    environment.put("CACHE_RESULTS_ENABLED", "false");
    environment.put("CACHE_REQUESTS_ENABLED", "false");
    environment.put("ENCODER_THREADS", "1");
    environment.put("UPDATES_ENABLED", "true");
    environment.put("ENCODER_ENDPOINTS", endpoints);
    return ServerProcess.start(
        settings.cores(),
        Cli.class,
        null,
        settings.javaOptions(),
        arguments("serve", 0),
        environment,
        logs.resolve("service.log"));
  }

  private ServerProcess encoder(int number, int port) throws IOException {
    return ServerProcess.start(
        ServerCores.SHARED,
        Cli.class,
        null,
        ENCODER_JAVA_OPTIONS,
        arguments("encoder", port),
        Map.of("ENCODER_THREADS", "1"),
        logs.resolve("encoder-" + number + ".log"));
  }

  private List<String> arguments(String verb, int port) {
    return List.of(
        verb,
        "--generations",
        world.generations().toString(),
        "--port",
        Integer.toString(port),
        "--engine",
        "reference",
        "--json");
  }
}
