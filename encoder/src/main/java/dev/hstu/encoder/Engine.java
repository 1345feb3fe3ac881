package dev.hstu.encoder;

import java.util.Locale;

/// The implementations of a model's forward pass that a [UserEncoder] may run on.
public enum Engine {
  /// Plain Java in any precision, the oracle for the others.
  REFERENCE,
  /// PyTorch through DJL, on a CPU or a GPU; also the engine that trains.
  DJL,
  /// This project's own CUDA kernels.
  CUDA;

  /// The name in configuration, on the command line and in logs: `reference`, `djl` or `cuda`.
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Reads what [#id()] gives.
  ///
  /// @throws IllegalArgumentException naming the ids there are
  public static Engine parse(String id) {
    for (Engine engine : values()) {
      if (engine.id().equals(id)) {
        return engine;
      }
    }
    throw new IllegalArgumentException(
        "engine '%s' is not known; choose reference, djl or cuda".formatted(id));
  }
}
