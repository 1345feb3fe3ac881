package dev.hstu.encoder;

/// Whether an engine can run here.
///
/// @param description when available, what it is, e.g. `pytorch-2.7.1 on cpu`; otherwise the reason
///     and the mend, one sentence
public record EngineStatus(Engine engine, boolean available, String description) {

  public static EngineStatus available(Engine engine, String description) {
    return new EngineStatus(engine, true, description);
  }

  public static EngineStatus unavailable(Engine engine, String reason) {
    return new EngineStatus(engine, false, reason);
  }
}
