package dev.hstu.benchmarks.service;

import dev.hstu.benchmarks.load.LoadResult;
import dev.hstu.benchmarks.load.LoadSettings;
import dev.hstu.benchmarks.load.LoadTest;
import dev.hstu.benchmarks.vectors.MixtureShape;
import dev.hstu.benchmarks.vectors.MixtureVectors;
import dev.hstu.index.generation.GenerationEntry;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.retrieval.Cli;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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

/// A service for minutes at shares of what it can take: requests due at fixed instants, first
/// alone, then beside swaps of the generation, updates of items and the loss of an encoder.
///
/// Some of the requests are of users whose embedding is kept, the others of users seen for the
/// first time in a while, whose embedding is computed and costs many times as much: with both, the
/// median says little, and the 99th of a hundred is of the second kind. No list is kept, so that an
/// update or a swap, which no list outlives, makes no request dearer than those it is compared
/// with.
///
/// What saturates the service is found with answers of full quality only: one that answers with the
/// popular list can't be saturated by one client.
public final class SteadyLoad {

  private static final List<String> JAVA_OPTIONS = List.of("-Xms2g", "-Xmx2g");
  private static final List<String> ENCODER_JAVA_OPTIONS = List.of("-Xmx1g");

  private static final Duration WARM_UP = Duration.ofSeconds(10);

  /// At half the saturation, before anything is measured: the compilers are at work for a minute
  /// and more, and are no part of a steady load.
  private static final Duration COMPILING = Duration.ofSeconds(120);

  private static final int KEPT_USERS = 2_000;

  /// More than [#EMBEDDINGS_MEMORY] holds, so that they are forgotten before they come again.
  private static final int REQUESTS = 60_000;

  private static final String EMBEDDINGS_MEMORY = "12m";

  private final ServedWorld world;
  private final Settings settings;
  private final Path logs;
  private final List<ServerProcess> encoders = new ArrayList<>();

  /// @param k candidates of each request
  /// @param connections requests in flight at most
  /// @param shares of the saturation, in percent
  /// @param alone how long requests are alone, per share
  /// @param beside how long they aren't, per share
  /// @param swapEvery time from one swap to the next
  /// @param updatesPerSecond of items, one request each
  /// @param encoders processes that encode; 0: the service itself
  /// @param keptPercent of the requests, those of users whose embedding is kept
  public record Settings(
      int k,
      int connections,
      List<Integer> shares,
      Duration alone,
      Duration beside,
      Duration swapEvery,
      int updatesPerSecond,
      int encoders,
      int keptPercent) {

    public Settings {
      if (keptPercent < 0 || keptPercent > 100) {
        throw new IllegalArgumentException(
            "--kept=%d must be within 0..100, percent of the requests".formatted(keptPercent));
      }
    }
  }

  /// One stretch of load.
  ///
  /// @param residentMegabytes of the service, at the end of each quarter of it
  public record Stretch(
      String name,
      int rate,
      LoadResult load,
      int swaps,
      int updates,
      int failedUpdates,
      List<Long> residentMegabytes) {}

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
        stretch("warm-up", service, requests, 0, WARM_UP.multipliedBy(3), false);
        saturated = stretch("saturated", service, requests, 0, WARM_UP.multipliedBy(2), false);
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
    stretch("warm-up", service, requests, (int) (highest / 2), COMPILING, false);
    for (int share : settings.shares()) {
      int rate = (int) (highest * share / 100);
      progress.accept("%d %% of the saturation: %d requests/s".formatted(share, rate));
      String name = share + " %";
      stretches.add(stretch(name + ", alone", service, requests, rate, settings.alone(), false));
      stretches.add(stretch(name + ", beside", service, requests, rate, settings.beside(), true));
    }
    return stretches;
  }

  private Stretch stretch(
      String name,
      ServerProcess service,
      List<byte[]> requests,
      int rate,
      Duration time,
      boolean beside)
      throws IOException {
    List<Long> resident = new ArrayList<>();
    AtomicInteger swaps = new AtomicInteger();
    AtomicInteger updates = new AtomicInteger();
    AtomicInteger failedUpdates = new AtomicInteger();
    URI target = service.address().resolve("/retrieve");
    LoadSettings load = new LoadSettings(target, rate, settings.connections(), WARM_UP, time);
    long quarter = time.toMillis() / 4;
    LoadResult result;
    try (ScheduledExecutorService timer = Executors.newScheduledThreadPool(3)) {
      timer.scheduleAtFixedRate(
          () -> resident.add(residentMegabytes(service)),
          WARM_UP.toMillis() + quarter,
          quarter,
          TimeUnit.MILLISECONDS);
      if (beside) {
        long swapMillis = settings.swapEvery().toMillis();
        timer.scheduleAtFixedRate(() -> swap(swaps), swapMillis, swapMillis, TimeUnit.MILLISECONDS);
        Updates source = new Updates(service.address(), updates, failedUpdates);
        long micros = 1_000_000L / settings.updatesPerSecond();
        timer.scheduleAtFixedRate(source, 0, micros, TimeUnit.MICROSECONDS);
        if (!encoders.isEmpty()) {
          timer.schedule(this::loseEncoder, time.toMillis() / 2, TimeUnit.MILLISECONDS);
        }
      }
      result = new LoadTest(load, requests).run();
      timer.shutdownNow();
    }
    return new Stretch(
        name, rate, result, swaps.get(), updates.get(), failedUpdates.get(), List.copyOf(resident));
  }

  private static long residentMegabytes(ServerProcess server) {
    try {
      return server.residentBytes() >> 20;
    } catch (IOException _) {
      return -1;
    }
  }

  private void swap(AtomicInteger swaps) {
    GenerationStore store = world.store();
    try {
      String current = store.currentId().orElseThrow();
      for (GenerationEntry other : store.list()) {
        if (!other.id().equals(current)) {
          store.publish(other.id());
          swaps.incrementAndGet();
          return;
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("a generation could not be published", e);
    }
  }

  /// Kills one encoder and starts another one in its place.
  private void loseEncoder() {
    ServerProcess lost = encoders.getFirst();
    int port = lost.address().getPort();
    lost.kill();
    try {
      encoders.set(0, encoder(0, port));
    } catch (IOException e) {
      throw new IllegalStateException("the encoder did not start again", e);
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
    byte[][] requests = new byte[REQUESTS][];
    for (int i = 0; i < REQUESTS; i++) {
      boolean kept = random.nextInt(100) < settings.keptPercent();
      int user = kept ? random.nextInt(KEPT_USERS) : KEPT_USERS + i;
      requests[i] = world.request(user, settings.k(), random.nextInt(world.items()));
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
        Cli.class,
        null,
        JAVA_OPTIONS,
        arguments("serve", 0),
        environment,
        logs.resolve("service.log"));
  }

  private ServerProcess encoder(int number, int port) throws IOException {
    return ServerProcess.start(
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
