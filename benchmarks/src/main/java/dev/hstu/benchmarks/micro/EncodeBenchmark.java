package dev.hstu.benchmarks.micro;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// How long does one call of `encode` take, by engine, model and batch, with full windows?
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EncodeBenchmark {

  /// Largest difference of any value between this engine and the reference, both float32.
  private static final float TOLERANCE = 1e-4f;

  private static final long SEED = 7;

  @Param({"reference", "djl"})
  String engine = "djl";

  @Param({"hstu", "hstu-large"})
  String preset = "hstu-large";

  @Param({"1", "32"})
  int users = 1;

  private UserEncoder encoder;
  private HistoryBatch batch;
  private float[] target;

  /// Encodes once with this engine and with the reference and holds them equal.
  @Setup
  public void open() {
    HstuConfig config =
        preset.equals("hstu")
            ? new HstuConfig(3_883, 200, 11, 50, 1, 50, 50, 2, 0.05, 1)
            : new HstuConfig(3_883, 200, 11, 50, 2, 25, 25, 8, 0.05, 1);
    Model model = SeededModel.of(config, SEED);
    encoder = Encoder.open(model, EngineChoice.of(Engine.parse(engine)));
    List<UserHistory> histories =
        SeededModel.histories(config, users, config.maxEvents(), SEED + 1);
    batch = HistoryBatch.of(histories, config.window());
    target = new float[users * config.embeddingDim()];
    encoder.encode(batch, target);
    float[] expected = new float[target.length];
    try (UserEncoder reference = Encoder.open(model, EngineChoice.of(Engine.REFERENCE))) {
      reference.encode(batch, expected);
    }
    for (int i = 0; i < target.length; i++) {
      if (Math.abs(target[i] - expected[i]) > TOLERANCE) {
        throw new IllegalStateException(
            "%s gives %s at %d, the reference %s".formatted(engine, target[i], i, expected[i]));
      }
    }
  }

  @TearDown
  public void close() {
    encoder.close();
  }

  /// One call for the whole batch.
  @Benchmark
  public float[] encode() {
    encoder.encode(batch, target);
    return target;
  }
}
