package dev.hstu.retrieval.tier;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.retrieval.config.ServiceConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;

/// Opens where the embeddings of a model come from, as configured: an engine in this process, alone
/// or with shared calls, or encoders in processes of their own.
@Singleton
public final class EmbeddingSources {

  private final ServiceConfiguration configuration;
  private final BatchMeters meters;

  public EmbeddingSources(ServiceConfiguration configuration, MeterRegistry registry) {
    this.configuration = configuration;
    this.meters = new BatchMeters(registry);
  }

  /// Opens one model.
  ///
  /// @param model open until what this gives is closed
  /// @throws dev.hstu.encoder.EngineUnavailableException when the engine can't run here
  public OpenEmbeddings open(Model model) {
    int waitMicros = configuration.batching().waitMicros();
    UserEncoder encoder = Encoder.open(model, configuration.encoder().choice());
    return waitMicros == 0
        ? EngineEmbeddings.alone(encoder)
        : EngineEmbeddings.batched(encoder, limits(configuration, waitMicros), meters);
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
