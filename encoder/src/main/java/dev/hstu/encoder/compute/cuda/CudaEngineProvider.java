package dev.hstu.encoder.compute.cuda;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineProvider;
import dev.hstu.encoder.EngineStatus;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;

/// Says that this release carries no CUDA library, so that asking for `cuda` fails with the reason
/// instead of running on something else.
public final class CudaEngineProvider implements EngineProvider {

  private static final String REASON =
      "library not built: this release has no CUDA kernels; choose reference or djl";

  @Override
  public Engine engine() {
    return Engine.CUDA;
  }

  @Override
  public EngineStatus status() {
    return EngineStatus.unavailable(Engine.CUDA, REASON);
  }

  @Override
  public UserEncoder open(Model model, EngineChoice choice) {
    throw new EngineUnavailableException(Engine.CUDA, REASON);
  }
}
