package dev.hstu.encoder.compute;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineProvider;
import dev.hstu.encoder.EngineStatus;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.NetworkModel;

/// Offers the reference engine, which runs wherever Java does.
public final class ReferenceEngineProvider implements EngineProvider {

  @Override
  public Engine engine() {
    return Engine.REFERENCE;
  }

  @Override
  public EngineStatus status() {
    return EngineStatus.available(
        Engine.REFERENCE,
        "plain Java %d on cpu, float64, float32 or bfloat16, one thread a call"
            .formatted(Runtime.version().feature()));
  }

  @Override
  public UserEncoder open(NetworkModel model, EngineChoice choice) {
    if (!choice.device().equals("cpu")) {
      throw new EngineUnavailableException(
          Engine.REFERENCE, "device %s is not for it; choose cpu".formatted(choice.device()));
    }
    return new ReferenceEncoder(model.config(), model.weights(), choice.precision());
  }
}
