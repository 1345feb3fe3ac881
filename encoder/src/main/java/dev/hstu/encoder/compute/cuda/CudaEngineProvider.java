package dev.hstu.encoder.compute.cuda;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineProvider;
import dev.hstu.encoder.EngineStatus;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.Precision;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.model.SasRecConfig;
import dev.hstu.kernels.cuda.CudaDevice;
import dev.hstu.kernels.cuda.CudaDevices;
import dev.hstu.kernels.cuda.CudaDevices.Availability;
import dev.hstu.kernels.cuda.CudaException;
import java.util.Optional;

/// Registers the engine `cuda`.
public final class CudaEngineProvider implements EngineProvider {

  private static final String GPU = "gpu";

  @Override
  public Engine engine() {
    return Engine.CUDA;
  }

  @Override
  public EngineStatus status() {
    return switch (CudaDevices.here()) {
      case Availability.Absent absent -> EngineStatus.unavailable(Engine.CUDA, absent.reason());
      case Availability.Present present ->
          EngineStatus.available(
              Engine.CUDA, "%s; bfloat16 or float32".formatted(present.devices().getFirst()));
    };
  }

  @Override
  public UserEncoder open(NetworkModel model, EngineChoice choice) {
    if (choice.precision() == Precision.FLOAT64) {
      throw new EngineUnavailableException(
          Engine.CUDA, "it has no precision float64; choose bfloat16 or float32");
    }
    shortcoming(model.config())
        .ifPresent(
            reason -> {
              throw new EngineUnavailableException(Engine.CUDA, reason);
            });
    HstuConfig config = (HstuConfig) model.config();
    CudaDevice device =
        switch (CudaDevices.here()) {
          case Availability.Absent absent ->
              throw new EngineUnavailableException(Engine.CUDA, absent.reason());
          case Availability.Present present -> device(present, choice.device());
        };
    try {
      return CudaEncoder.open(config, model.weights(), device, choice, CudaSettings.ofProperties());
    } catch (IllegalArgumentException | CudaException e) {
      throw new EngineUnavailableException(Engine.CUDA, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public Optional<String> shortcoming(NetworkConfig config) {
    return switch (config) {
      case HstuConfig hstu when hstu.features().actionRows() > 0 ->
          Optional.of(
              "it has no action embeddings, which this model needs; choose djl or reference");
      case HstuConfig hstu when hstu.features().seriesRows() > 0 ->
          Optional.of(
              "it has no tokens of slow series, which this model reads; choose djl or reference");
      case HstuConfig hstu -> Optional.empty();
      case SasRecConfig sasRec ->
          Optional.of("it computes HSTU and this model is SASRec; choose djl or reference");
    };
  }

  private static CudaDevice device(Availability.Present present, String name) {
    if (!name.startsWith(GPU)) {
      throw new EngineUnavailableException(
          Engine.CUDA, "device %s is not for it; choose gpu0".formatted(name));
    }
    int index = Integer.parseInt(name.substring(GPU.length()));
    if (index >= present.devices().size()) {
      throw new EngineUnavailableException(
          Engine.CUDA,
          "device %s is not there; this machine has %d".formatted(name, present.devices().size()));
    }
    CudaDevice device = present.devices().get(index);
    if (!device.supported()) {
      throw new EngineUnavailableException(Engine.CUDA, name + ": " + device.shortfall());
    }
    return device;
  }
}
