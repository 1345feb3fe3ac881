package dev.hstu.encoder;

import java.util.regex.Pattern;

/// Which engine to run a model on, where, in what precision and with how many threads. An engine
/// that can't do what is asked refuses; nothing falls back.
///
/// @param device `cpu`, or `gpu0`, `gpu1`, …
/// @param precision which of them an engine offers is its own matter
/// @param threads the most CPU threads one call may use, 1..[#MAX_THREADS]; an engine may use fewer
public record EngineChoice(Engine engine, String device, Precision precision, int threads) {

  /// Above any machine's core count; keeps a mistyped number from exhausting the process.
  public static final int MAX_THREADS = 1_024;

  private static final Pattern DEVICE = Pattern.compile("cpu|gpu[0-9]{1,2}");

  public EngineChoice {
    if (!DEVICE.matcher(device).matches()) {
      throw new IllegalArgumentException(
          "device '%s' is not known; write cpu, or gpu0 for the first GPU".formatted(device));
    }
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads=%d must be within 1..%d".formatted(threads, MAX_THREADS));
    }
  }

  /// The usual choice for an engine: float32 with every core of the machine, on the CPU, except
  /// for `cuda`, which has the first GPU and bfloat16, the precision its fast kernels are made for.
  public static EngineChoice of(Engine engine) {
    boolean gpu = engine == Engine.CUDA;
    String device = gpu ? "gpu0" : "cpu";
    Precision precision = gpu ? Precision.BFLOAT16 : Precision.FLOAT32;
    int cores = Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS);
    return new EngineChoice(engine, device, precision, cores);
  }

  public EngineChoice withDevice(String other) {
    return new EngineChoice(engine, other, precision, threads);
  }

  public EngineChoice withPrecision(Precision other) {
    return new EngineChoice(engine, device, other, threads);
  }

  public EngineChoice withThreads(int count) {
    return new EngineChoice(engine, device, precision, count);
  }
}
