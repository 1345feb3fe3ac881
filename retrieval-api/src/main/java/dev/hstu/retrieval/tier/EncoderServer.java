package dev.hstu.retrieval.tier;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.retrieval.access.AccessKeys;
import dev.hstu.retrieval.access.TlsKeyStore;
import dev.hstu.retrieval.config.EncoderServerSettings;
import dev.hstu.retrieval.config.InvalidSettingException;
import dev.hstu.retrieval.config.ServiceConfiguration;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The encoder as a process of its own, in this process: `POST /v1/encode` ([EncodeRequest]), `GET
/// /health`, `GET /metrics`, over HTTP/2 or HTTP/1.1, by TLS where `tls.*` say so.
///
/// Bounded throughout: connections, requests of each (HTTP/2 tells the client, which then waits),
/// bytes of a body and of all together, users that wait, and the time of everything by the
/// deadline.
public final class EncoderServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EncoderServer.class);

  private static final int MAX_HEADER_BYTES = 8 << 10;
  private static final int STREAM_WINDOW_BYTES = 1 << 20;
  private static final int CONNECTION_WINDOW_BYTES = 16 << 20;
  private static final int IDLE_SECONDS = 300;

  /// Of requests given up by a client in the default window of 30 seconds: a service gives up each
  /// that takes longer than its attempt may, which is no attack.
  private static final int MAX_RESETS = 20_000;

  private final EncoderServerSettings settings;
  private final String scheme;
  private final Vertx vertx;
  private final HttpServer server;
  private final ServedModels models;
  private final EncodeRoutes routes;
  private final AccessKeys keys;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();

  private EncoderServer(
      ServiceConfiguration configuration, Optional<TlsKeyStore> tls, AccessKeys keys) {
    this.settings = configuration.encoderServer();
    this.keys = keys;
    this.scheme = tls.isPresent() ? "https" : "http";
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    BatchMeters meters = new BatchMeters(registry);
    EngineChoice choice = configuration.encoder().choice();
    BatchLimits limits = EmbeddingSources.limits(configuration, settings.waitMicros());
    models =
        new ServedModels(
            configuration,
            model -> EngineEmbeddings.batched(Encoder.open(model, choice), limits, meters));
    routes = new EncodeRoutes(settings, models, keys, registry);
    vertx = LocalVertx.open();
    server =
        vertx
            .createHttpServer(options(settings, tls))
            .connectionHandler(this::bound)
            .requestHandler(routes::handle);
  }

  /// Listens and begins to open the model. Returns before it is open: `/health` says when it is.
  ///
  /// @throws dev.hstu.encoder.EngineUnavailableException when the configured engine can't run here
  /// @throws InvalidSettingException when the address can't be listened on, others could call
  ///     without a key, or the key store can't be opened
  public static EncoderServer start(ServiceConfiguration configuration) {
    EncoderServerSettings settings = configuration.encoderServer();
    Encoder.requireAvailable(configuration.encoder().choice().engine());
    Optional<TlsKeyStore> tls = TlsKeyStore.open(configuration.tls());
    EncoderServer encoder = new EncoderServer(configuration, tls, openKeys(configuration));
    try {
      encoder.server.listen().toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      encoder.close();
      throw new InvalidSettingException(
          "cannot listen on %s:%d (%s); choose another encoder-server.port, or 0 for a free one"
              .formatted(settings.host(), settings.port(), e.getCause().getMessage()),
          e);
    }
    encoder.models.start();
    LOG.info("listening on {}", encoder.address());
    return encoder;
  }

  /// `http://host:port`, or `https://host:port`.
  public URI address() {
    return URI.create("%s://%s:%d".formatted(scheme, settings.host(), server.actualPort()));
  }

  /// Fingerprints of the models that are open, the newest first; none while the first is opened.
  public List<String> models() {
    return models.all().stream().map(ServedModel::fingerprint).toList();
  }

  /// The engine of the newest model, or why there is none.
  public String engine() {
    return models.all().stream()
        .findFirst()
        .map(model -> model.embeddings().engine())
        .orElseGet(models::missing);
  }

  /// Takes no requests any more, answers those in flight within the grace time and closes all.
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      if (!routes.finishWithin(settings.graceMillis())) {
        LOG.warn(
            "requests in flight did not finish within {} ms; raise encoder-server.grace-millis",
            settings.graceMillis());
      }
      closeConnections();
      models.close();
      keys.close();
      LOG.info("stopped");
    }
  }

  private void closeConnections() {
    try {
      vertx
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(settings.graceMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("connections did not close within {} ms", settings.graceMillis(), e);
    }
  }

  private static HttpServerOptions options(
      EncoderServerSettings settings, Optional<TlsKeyStore> tls) {
    HttpServerOptions options = new HttpServerOptions();
    tls.ifPresent(
        keyStore ->
            options
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(
                    new PfxOptions()
                        .setPath(keyStore.file().toAbsolutePath().toString())
                        .setPassword(keyStore.password())));
    return options
        .setHost(settings.host())
        .setPort(settings.port())
        .setIdleTimeout(IDLE_SECONDS)
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setMaxHeaderSize(MAX_HEADER_BYTES)
        .setHttp2ConnectionWindowSize(CONNECTION_WINDOW_BYTES)
        .setHttp2RstFloodMaxRstFramePerWindow(MAX_RESETS)
        .setInitialSettings(
            new Http2Settings()
                .setMaxConcurrentStreams(settings.maxStreams())
                .setInitialWindowSize(STREAM_WINDOW_BYTES)
                .setMaxHeaderListSize(MAX_HEADER_BYTES));
  }

  private void bound(HttpConnection connection) {
    connection.closeHandler(_ -> connections.decrementAndGet());
    if (connections.incrementAndGet() > settings.maxConnections()) {
      connection.close();
    }
  }

  private static AccessKeys openKeys(ServiceConfiguration configuration) {
    String host = configuration.encoderServer().host();
    try {
      if (configuration.access().keysFile().isEmpty()
          && !InetAddress.getByName(host).isLoopbackAddress()) {
        throw new InvalidSettingException(
            "encoder-server.host=%s can be reached from other machines and access.keys-file=none asks"
                    .formatted(host)
                + " nobody for a key; make one by `hstu keys add` and set access.keys-file, or listen"
                + " on 127.0.0.1");
      }
      return AccessKeys.open(configuration.access());
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidSettingException(
          "%s; correct encoder-server.host or access.keys-file".formatted(e.getMessage()), e);
    }
  }
}
