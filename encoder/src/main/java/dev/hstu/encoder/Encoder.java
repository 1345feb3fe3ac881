package dev.hstu.encoder;

import dev.hstu.encoder.model.EnsembleModel;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.model.NetworkModel;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way in: a model and a choice of engine give a [UserEncoder].
///
/// ```java
/// try (OpenModel folder = ModelFolder.open(path);
///     UserEncoder encoder = Encoder.open(folder.model(), EngineChoice.of(Engine.DJL))) {
///   float[][] users = encoder.encode(histories);
/// }
/// ```
public final class Encoder {

  private static final Logger LOG = LoggerFactory.getLogger(Encoder.class);

  private Encoder() {}

  /// Opens `model` on exactly the engine asked for; of an ensemble every member.
  ///
  /// @param model stays the caller's and open for as long as the encoder is
  /// @throws EngineUnavailableException with the reason when that engine can't run here
  public static UserEncoder open(Model model, EngineChoice choice) {
    EngineProvider provider = provider(choice.engine());
    UserEncoder encoder =
        switch (model) {
          case NetworkModel network -> provider.open(network, choice);
          case EnsembleModel ensemble ->
              EnsembleEncoder.open(ensemble, network -> provider.open(network, choice));
        };
    LOG.info("encoder opened: {}, asked for {}", encoder.engine(), choice);
    return encoder;
  }

  /// Finds out before a long job, rather than at its end, whether an engine can run here.
  ///
  /// @throws EngineUnavailableException with the reason when it can't
  public static void requireAvailable(Engine engine) {
    EngineStatus status = provider(engine).status();
    if (!status.available()) {
      throw new EngineUnavailableException(engine, status.description());
    }
  }

  /// Why an engine can't compute models of these shapes on any machine; empty when it can.
  public static Optional<String> shortcoming(Engine engine, ModelConfig config) {
    EngineProvider provider = provider(engine);
    return config.networks().stream()
        .flatMap(network -> provider.shortcoming(network).stream())
        .findFirst();
  }

  /// Every engine this installation knows, whether it can run here, and why not.
  public static List<EngineStatus> engines() {
    return providers().stream().map(EngineProvider::status).toList();
  }

  private static EngineProvider provider(Engine engine) {
    return providers().stream()
        .filter(provider -> provider.engine() == engine)
        .findFirst()
        .orElseThrow(
            () ->
                new EngineUnavailableException(
                    engine, "not part of this installation; run `hstu engines` to see which are"));
  }

  private static List<EngineProvider> providers() {
    return ServiceLoader.load(EngineProvider.class, Encoder.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(EngineProvider::engine))
        .toList();
  }
}
