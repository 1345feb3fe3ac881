package dev.hstu.encoder.compute.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.hstu.encoder.EngineUnavailableException;
import java.util.Optional;

/// Starts PyTorch inside this process, once, and never over a network.
///
/// DJL would otherwise fetch native libraries that the class path lacks, and report usage; both are
/// switched off before any class of DJL is loaded, which is why nothing else in the project touches
/// DJL first. Its libraries are unpacked below `~/.djl.ai`, or below `DJL_CACHE_DIR` where that is
/// set.
public final class TorchRuntime {

  private static final String ENGINE = "PyTorch";

  static {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.default_engine", ENGINE);
    // Interpreting the script is quicker here than recompiling it for every new shape, and exact
    // resumption needs that the tenth call computes what the first did.
    System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
  }

  private TorchRuntime() {}

  /// What runs, e.g. `pytorch-2.7.1`.
  ///
  /// @throws EngineUnavailableException when the native libraries are missing or do not load
  public static String version() {
    return "pytorch-" + engine().getVersion();
  }

  /// Memory on a device, to be closed by the caller, and all that is created in it with it.
  ///
  /// @param device `cpu`, or `gpu0`, `gpu1`, …
  /// @throws EngineUnavailableException when PyTorch can't run here or has no such device
  public static NDManager open(String device) {
    Engine engine = engine();
    if (device.equals("cpu")) {
      return engine.newBaseManager(Device.cpu());
    }
    int number = Integer.parseInt(device.substring("gpu".length()));
    if (number >= engine.getGpuCount()) {
      throw new EngineUnavailableException(
          dev.hstu.encoder.Engine.DJL,
          "device %s is not there, PyTorch sees %d GPUs; choose cpu, or add its GPU libraries"
              .formatted(device, engine.getGpuCount()));
    }
    return engine.newBaseManager(Device.gpu(number));
  }

  /// Makes operations called from this thread compute on it alone. PyTorch would share each out
  /// among OpenMP threads that spin at its end: on matrices this small that gains little, and where
  /// cores have other work too, one step took 60 times as long. Callers run several threads
  /// instead.
  static void computeAlone() {
    if (JniUtils.getNumThreads() != 1) {
      JniUtils.setNumThreads(1);
    }
  }

  /// Why PyTorch can't run here, one sentence with the mend; empty when it can.
  static Optional<String> obstacle() {
    try {
      Engine.getEngine(ENGINE);
      return Optional.empty();
    } catch (RuntimeException | LinkageError e) {
      return Optional.of(
          "PyTorch's native libraries did not load (%s); add pytorch-native-cpu of this platform"
              .formatted(e.getMessage()));
    }
  }

  private static Engine engine() {
    obstacle()
        .ifPresent(
            reason -> {
              throw new EngineUnavailableException(dev.hstu.encoder.Engine.DJL, reason);
            });
    return Engine.getEngine(ENGINE);
  }
}
