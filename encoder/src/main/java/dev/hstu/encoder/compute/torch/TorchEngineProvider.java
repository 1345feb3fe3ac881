package dev.hstu.encoder.compute.torch;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineProvider;
import dev.hstu.encoder.EngineStatus;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.Precision;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.NetworkModel;

/// Registers the engine `djl`.
public final class TorchEngineProvider implements EngineProvider {

  @Override
  public Engine engine() {
    return Engine.DJL;
  }

  @Override
  public EngineStatus status() {
    return TorchRuntime.obstacle()
        .map(reason -> EngineStatus.unavailable(Engine.DJL, reason))
        .orElseGet(() -> EngineStatus.available(Engine.DJL, TorchRuntime.version() + ", float32"));
  }

  @Override
  public UserEncoder open(NetworkModel model, EngineChoice choice) {
    if (choice.precision() != Precision.FLOAT32) {
      throw new EngineUnavailableException(
          Engine.DJL, "it has no precision %s; choose float32".formatted(choice.precision().id()));
    }
    return TorchEncoder.open(model.config(), model.weights(), choice);
  }
}
