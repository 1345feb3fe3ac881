package dev.hstu.encoder;

/// An engine was asked for that can't run here, or can't run as asked; the message has the engine
/// and the reason. Nothing falls back to another engine by itself.
public final class EngineUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Engine engine;

  public EngineUnavailableException(Engine engine, String reason) {
    super("engine %s: %s".formatted(engine.id(), reason));
    this.engine = engine;
  }

  public EngineUnavailableException(Engine engine, String reason, Throwable cause) {
    super("engine %s: %s".formatted(engine.id(), reason), cause);
    this.engine = engine;
  }

  public Engine engine() {
    return engine;
  }
}
