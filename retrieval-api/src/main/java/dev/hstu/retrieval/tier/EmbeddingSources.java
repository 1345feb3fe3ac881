package dev.hstu.retrieval.tier;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.retrieval.config.EndpointSettings;
import dev.hstu.retrieval.config.ServiceConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Opens where the embeddings of a model come from, as configured: an engine in this process, alone
/// or with shared calls, or encoders in processes of their own.
@Singleton
public final class EmbeddingSources implements AutoCloseable {

  private final ServiceConfiguration configuration;
  private final BatchMeters meters;
  private final @Nullable EncoderEndpoints endpoints;

  public EmbeddingSources(ServiceConfiguration configuration, MeterRegistry registry) {
    this.configuration = configuration;
    this.meters = new BatchMeters(registry);
    this.endpoints =
        configuration.endpoints().remote()
            ? new EncoderEndpoints(configuration.endpoints(), registry)
            : null;
  }

  /// Reads the files that endpoints need, so that a wrong one ends a start with its name.
  ///
  /// @throws dev.hstu.retrieval.config.InvalidSettingException naming the file and the mend
  public static void requireReadable(EndpointSettings settings) {
    EndpointKey.of(settings);
    EndpointTrust.of(settings);
  }

  /// Opens one model; with endpoints configured no engine in this process.
  ///
  /// @param model open until what this gives is closed
  /// @throws dev.hstu.encoder.EngineUnavailableException when the engine can't run here or
  ///     [dev.hstu.retrieval.retrieve.EncoderUnavailableException] when no endpoint has the model
  ///     in time
  public OpenEmbeddings open(Model model) {
    if (endpoints != null) {
      return RemoteEmbeddings.open(endpoints, model);
    }
    // Threads inherit the claim of the one that starts them, and those of an engine serve requests.
    return BackgroundThreads.inForeground(() -> openHere(model));
  }

  private OpenEmbeddings openHere(Model model) {
    int waitMicros = configuration.batching().waitMicros();
    UserEncoder encoder = Encoder.open(model, configuration.encoder().choice());
    return waitMicros == 0
        ? EngineEmbeddings.alone(encoder)
        : EngineEmbeddings.batched(encoder, limits(configuration, waitMicros), meters);
  }

  /// Why no request for embeddings of a model would be answered now; empty when one would be.
  ///
  /// @param fingerprint of the model
  public Optional<String> whyNone(String fingerprint) {
    return endpoints == null ? Optional.empty() : endpoints.whyNone(fingerprint);
  }

  /// How each endpoint is doing; none without endpoints.
  public List<EndpointReport> endpoints() {
    return endpoints == null
        ? List.of()
        : endpoints.all().stream().map(EndpointReport::of).toList();
  }

  /// Closes the connections to endpoints, if any; what was opened stays open.
  @Override
  public void close() {
    if (endpoints != null) {
      endpoints.close();
    }
  }

  /// The bounds of shared calls.
  static BatchLimits limits(ServiceConfiguration configuration, int waitMicros) {
    int threads = configuration.batching().threads();
    boolean gpu = !configuration.encoder().choice().device().equals("cpu");
    int usable = gpu ? 2 : Runtime.getRuntime().availableProcessors();
    return new BatchLimits(
        TimeUnit.MICROSECONDS.toNanos(waitMicros),
        configuration.batching().maxUsers(),
        configuration.batching().maxQueuedUsers(),
        threads == 0 ? usable : threads);
  }
}
