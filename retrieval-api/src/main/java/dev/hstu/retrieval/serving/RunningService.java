package dev.hstu.retrieval.serving;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineStatus;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.retrieval.access.AccessKeys;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.config.ServingSettings;
import dev.hstu.retrieval.telemetry.LogFormat;
import dev.hstu.retrieval.tier.EmbeddingSources;
import io.micronaut.context.ApplicationContext;
import io.micronaut.http.server.exceptions.ServerStartupException;
import io.micronaut.runtime.graceful.GracefulShutdownCapable;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The service in this process: started, listening, and stopped in order. The one handle the
/// command line, the demo and the tests need.
///
/// ```java
/// try (RunningService service = RunningService.start(configuration)) {
///   service.awaitReady(Duration.ofSeconds(30));
///   ... service.address() ...
/// }
/// ```
public final class RunningService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunningService.class);

  /// What a close waits for work that no request waits for: a generation that is being opened or
  /// closed, a publication. Longer than an open of a few million items takes; a gate may take
  /// longer and is left to the end of the process, which harms nothing ([PublicationRuns]).
  private static final Duration BACKGROUND_PATIENCE = Duration.ofSeconds(10);

  private final ServingSettings settings;
  private final ApplicationContext context;
  private final EmbeddedServer server;
  private final ServiceState state;
  private final GenerationWatcher watcher;
  private final RetrievalWorkers workers;
  private final GenerationSwitch generations;
  private final PublicationRuns publications;
  private final EmbeddingSources sources;
  private final SharedUpdateLog updates;
  private final AccessKeys keys;
  private final StoredUsers users;
  private final AtomicBoolean closed = new AtomicBoolean();

  private RunningService(
      ServingSettings settings, ApplicationContext context, EmbeddedServer server) {
    this.settings = settings;
    this.context = context;
    this.server = server;
    state = context.getBean(ServiceState.class);
    watcher = context.getBean(GenerationWatcher.class);
    workers = context.getBean(RetrievalWorkers.class);
    generations = context.getBean(GenerationSwitch.class);
    publications = context.getBean(PublicationRuns.class);
    sources = context.getBean(EmbeddingSources.class);
    updates = context.getBean(SharedUpdateLog.class);
    keys = context.getBean(AccessKeys.class);
    users = context.getBean(StoredUsers.class);
  }

  /// Listens and begins to watch for generations. Returns before one is open: the service is live
  /// at once and ready when [#awaitReady] says so.
  ///
  /// @throws EngineUnavailableException when the configured engine can't run here
  /// @throws ServiceStartException when the address can't be listened on
  /// @throws dev.hstu.retrieval.config.InvalidSettingException when a file that a setting names is
  ///     not what it should be
  public static RunningService start(ServiceConfiguration configuration) {
    return start(configuration, InstantSource.system());
  }

  /// As [#start(ServiceConfiguration)], with another idea of now.
  public static RunningService start(ServiceConfiguration configuration, InstantSource now) {
    LogFormat.set(configuration.logging().format());
    requireEngine(configuration);
    EmbeddingSources.requireReadable(configuration.endpoints());
    Map<String, Object> properties = serverProperties(configuration);
    AccessKeys keys = openKeys(configuration);
    StoredUsers users = openUsers(configuration, keys);
    ApplicationContext context =
        ApplicationContext.builder()
            .banner(false)
            .deduceEnvironment(false)
            .environmentPropertySource(false)
            .properties(properties)
            .singletons(
                configuration,
                configuration.retrieval(),
                configuration.embed(),
                configuration.batch(),
                configuration.serving(),
                configuration.admission(),
                configuration.ladder(),
                configuration.generations(),
                configuration.connections(),
                configuration.tls(),
                configuration.logging(),
                configuration.tracing(),
                configuration.users(),
                keys,
                users,
                new ServerClock(now))
            .start();
    try {
      EmbeddedServer server = context.getBean(EmbeddedServer.class).start();
      RunningService service = new RunningService(configuration.serving(), context, server);
      service.watcher.start();
      LOG.info("listening on {}", server.getURI());
      return service;
    } catch (ServerStartupException e) {
      keys.close();
      users.close();
      context.close();
      throw ServiceStartException.cannotListen(configuration.serving(), e);
    } catch (RuntimeException e) {
      keys.close();
      users.close();
      context.close();
      throw e;
    }
  }

  public int port() {
    return server.getPort();
  }

  /// `http://host:port`, or `https:` where TLS is configured.
  public URI address() {
    return server.getURI();
  }

  /// Waits until a generation serves.
  ///
  /// @return what serves, or what is missing
  public Readiness awaitReady(Duration patience) throws InterruptedException {
    try {
      watcher.first().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.debug("not ready within {}", patience, e);
    }
    return readiness();
  }

  /// Whether requests are answered now, and why not.
  public Readiness readiness() {
    return state.readiness();
  }

  /// Stops in order: readiness goes and requests are still answered for the drain time, then
  /// nothing new is accepted and requests in flight finish within the grace time, then everything
  /// closes.
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      state.stop();
      LOG.info("stopping: not ready any more, still answering for {} ms", settings.drainMillis());
      await(settings.drainMillis());
      finishRequests();
      watcher.close();
      workers.close();
      generations.close();
      finishBackground();
      sources.close();
      updates.close();
      keys.close();
      users.close();
      context.close();
      LOG.info("stopped");
    }
  }

  private void finishRequests() {
    CompletionStage<?> connectionsClosed =
        server instanceof GracefulShutdownCapable graceful
            ? graceful.shutdownGracefully()
            : CompletableFuture.completedStage(null);
    if (!finishWithin(settings.graceMillis(), connectionsClosed, workers)) {
      LOG.warn(
          "requests in flight did not finish within {} ms; raise serving.grace-millis",
          settings.graceMillis());
    }
  }

  /// What runs in the background reads and writes the folder of generations, and whoever stopped
  /// the service may move or delete it next.
  private void finishBackground() {
    long deadline = System.nanoTime() + BACKGROUND_PATIENCE.toNanos();
    try {
      boolean ended =
          publications.awaitEnd(until(deadline))
              & watcher.awaitEnd(until(deadline))
              & generations.awaitEnd(until(deadline));
      if (!ended) {
        LOG.warn("stopping beside a publication, or a generation that is being opened or closed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration until(long deadline) {
    return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
  }

  /// Waits for the connections, then for the workers with what is left of the time: connections
  /// that fail to close are no reason to give up requests that are being computed.
  ///
  /// @return whether all requests taken on finished
  static boolean finishWithin(
      int graceMillis, CompletionStage<?> connectionsClosed, RetrievalWorkers workers) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis);
    try {
      connectionsClosed.toCompletableFuture().get(graceMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | CancellationException | TimeoutException e) {
      LOG.debug("connections left open", e);
    }
    long left = TimeUnit.NANOSECONDS.toMillis(Math.max(0, deadline - System.nanoTime()));
    return workers.finish((int) left);
  }

  private static void await(int millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// @throws ServiceStartException where others could call without a key
  private static AccessKeys openKeys(ServiceConfiguration configuration) {
    try {
      if (configuration.access().keysFile().isEmpty()
          && !InetAddress.getByName(configuration.serving().host()).isLoopbackAddress()) {
        throw ServiceStartException.withoutKeys(configuration.serving());
      }
      return AccessKeys.open(configuration.access());
    } catch (UnknownHostException e) {
      throw ServiceStartException.cannotListen(configuration.serving(), e);
    } catch (IOException | IllegalArgumentException e) {
      throw ServiceStartException.unusableKeys(e);
    }
  }

  /// @throws ServiceStartException where the store is damaged, or another process has it
  private static StoredUsers openUsers(ServiceConfiguration configuration, AccessKeys keys) {
    try {
      return StoredUsers.open(configuration.users());
    } catch (IOException | RuntimeException e) {
      keys.close();
      throw ServiceStartException.unusableUsers(e);
    }
  }

  private static void requireEngine(ServiceConfiguration configuration) {
    Engine wanted = configuration.encoder().choice().engine();
    if (wanted == Engine.REFERENCE || configuration.endpoints().remote()) {
      return; // plain Java runs anywhere, and asking for the list would load the others
    }
    for (EngineStatus status : Encoder.engines()) {
      if (status.engine() == wanted && !status.available()) {
        throw new EngineUnavailableException(wanted, status.description());
      }
    }
  }

  /// The beans, for tests that ask them what no route tells.
  ApplicationContext context() {
    return context;
  }

  private static Map<String, Object> serverProperties(ServiceConfiguration configuration) {
    ServingSettings settings = configuration.serving();
    Map<String, Object> properties = new HashMap<>(TlsProperties.of(configuration));
    properties.put("micronaut.server.host", settings.host());
    properties.put("micronaut.server.port", settings.port() == 0 ? -1 : settings.port());
    properties.put("micronaut.server.max-request-size", settings.maxUploadBytes());
    properties.put("micronaut.server.max-request-buffer-size", settings.maxBodyBytes());
    properties.put("micronaut.server.netty.max-header-size", settings.maxHeaderBytes());
    properties.put("micronaut.server.idle-timeout", settings.idleSeconds() + "s");
    return properties;
  }
}
