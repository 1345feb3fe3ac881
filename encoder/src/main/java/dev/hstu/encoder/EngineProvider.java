package dev.hstu.encoder;

import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.NetworkModel;
import java.util.Optional;

/// What an engine registers in `META-INF/services/dev.hstu.encoder.EngineProvider`, so that
/// [Encoder] knows engines without naming their classes.
///
/// An implementation is cheap to construct and loads libraries only in [#status] and [#open].
public interface EngineProvider {

  Engine engine();

  /// Whether the engine can run here, and what it is or why not. Never throws, also where the
  /// engine's libraries are missing.
  EngineStatus status();

  /// Why this engine can't compute networks of these shapes on any machine, one sentence with the
  /// mend; empty when it can.
  default Optional<String> shortcoming(NetworkConfig config) {
    return Optional.empty();
  }

  /// Opens one network on this engine; [Encoder] puts ensembles together. The encoder reads the
  /// model's weights as long as it is open; the caller keeps them open and closes the encoder
  /// first.
  ///
  /// @throws EngineUnavailableException when the engine can't run here, or has no such device or
  ///     precision
  UserEncoder open(NetworkModel model, EngineChoice choice);
}
