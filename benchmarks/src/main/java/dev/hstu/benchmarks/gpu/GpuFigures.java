package dev.hstu.benchmarks.gpu;

import dev.hstu.benchmarks.micro.SeededModel;
import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.Precision;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.kernels.cuda.CudaDevices;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/// `java -cp '*' dev.hstu.benchmarks.gpu.GpuFigures`: what the engine `cuda` does for its callers
/// in Java, on the first GPU, with models of random weights: batches, one user, appended events,
/// precision, a nightly run, and whether memory comes back. Exit code 1 when memory doesn't.
///
/// Before a batch is timed its embeddings are compared with the float32 kernels.
public final class GpuFigures {

  private static final int ITEMS = 100_000;
  private static final long SEED = 42;
  private static final HstuConfig MEDIUM =
      new HstuConfig(ITEMS, 512, 11, 256, 4, 64, 64, 6, 0.05, 1);
  private static final HstuConfig LARGE =
      new HstuConfig(ITEMS, 2_048, 11, 512, 8, 64, 64, 8, 0.05, 1);

  /// Half precision against float32, as 1 minus the cosine; what plain bfloat16 gives is about as
  /// much.
  private static final double MOST_DISTANCE = 1e-3;

  private static final int LEAK_ENCODES = 10_000;
  private static final int CALLERS = 3;
  private static final int CALLER_BATCHES = 200;

  private final Consumer<Object> out;

  private GpuFigures(Consumer<Object> out) {
    this.out = out;
  }

  public static void main(String[] arguments) throws IOException {
    PrintStream console = System.out;
    System.exit(run(console::println) ? 0 : 1);
  }

  /// Takes all figures.
  ///
  /// @param out given one line at a time
  /// @return whether memory came back
  /// @throws dev.hstu.encoder.EngineUnavailableException without a GPU
  public static boolean run(Consumer<Object> out) throws IOException {
    Encoder.requireAvailable(Engine.CUDA);
    GpuFigures figures = new GpuFigures(out);
    Model medium = SeededModel.of(MEDIUM, SEED);
    try (UserEncoder encoder = open(medium, Precision.BFLOAT16)) {
      out.accept(encoder.engine());
      figures.batch("l=6 D=256 h=4 n=512, batch 64", medium, encoder, 64, "40000 users/s");
      figures.oneUser(encoder);
      figures.nightly(medium, encoder);
    }
    figures.overlap(medium);
    Model large = SeededModel.of(LARGE, SEED);
    try (UserEncoder encoder = open(large, Precision.BFLOAT16)) {
      figures.batch("l=8 D=512 h=8 n=2048, batch 8", large, encoder, 8, "2000 users/s");
    }
    boolean clean = figures.leaks(medium);
    AppendFigures appends = new AppendFigures(medium, SEED);
    out.accept(appends.append());
    Figure lost = appends.lost();
    out.accept(lost);
    return clean && lost.value() <= 0;
  }

  private static UserEncoder open(Model model, Precision precision) {
    return Encoder.open(model, EngineChoice.of(Engine.CUDA).withPrecision(precision));
  }

  private static HistoryBatch full(ModelConfig config, int users, long seed) {
    return HistoryBatch.of(
        SeededModel.histories(config, users, config.maxEvents(), seed), config.window());
  }

  /// One thread that waits for each batch.
  private void batch(String what, Model model, UserEncoder encoder, int users, String goal) {
    ModelConfig config = model.config();
    HistoryBatch batch = full(config, users, SEED);
    float[] embeddings = new float[users * config.embeddingDim()];
    encoder.encode(batch, embeddings);
    requireClose(model, batch, embeddings);
    Durations durations = Durations.of(200, () -> encoder.encode(batch, embeddings));
    out.accept(
        Figure.of(
            what + ", one caller",
            users / durations.millis(0.5) * 1e3,
            "users/s",
            goal,
            durations.spread()));
    out.accept(
        Figure.of(
            what + ", 3 callers",
            users * batchesPerSecond(encoder, batch),
            "users/s",
            goal,
            "two lanes, %d batches each".formatted(CALLER_BATCHES)));
  }

  /// What several callers get together: copying and laying out of one hide behind another's work.
  private static double batchesPerSecond(UserEncoder encoder, HistoryBatch batch) {
    int values = batch.users() * encoder.config().embeddingDim();
    long start = System.nanoTime();
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      for (int caller = 0; caller < CALLERS; caller++) {
        threads.execute(
            () -> {
              float[] embeddings = new float[values];
              for (int i = 0; i < CALLER_BATCHES; i++) {
                encoder.encode(batch, embeddings);
              }
            });
      }
    }
    return CALLERS * CALLER_BATCHES * 1e9 / (System.nanoTime() - start);
  }

  private static void requireClose(Model model, HistoryBatch batch, float[] embeddings) {
    float[] expected = new float[embeddings.length];
    try (UserEncoder exact = open(model, Precision.FLOAT32)) {
      exact.encode(batch, expected);
    }
    int d = model.config().embeddingDim();
    for (int user = 0; user < batch.users(); user++) {
      double cosine = 0;
      for (int c = user * d; c < (user + 1) * d; c++) {
        cosine += (double) embeddings[c] * expected[c];
      }
      if (!(1 - cosine <= MOST_DISTANCE)) {
        throw new IllegalStateException(
            "user %d: cosine with float32 is %.6f; not timed".formatted(user, cosine));
      }
    }
  }

  /// One user at a time, each another one, from the call in Java to floats in Java.
  private void oneUser(UserEncoder encoder) {
    ModelConfig config = encoder.config();
    HistoryBatch[] users = new HistoryBatch[64];
    for (int i = 0; i < users.length; i++) {
      users[i] = full(config, 1, SEED + i);
    }
    float[] embedding = new float[config.embeddingDim()];
    int[] next = {0};
    Durations durations =
        Durations.of(5_000, () -> encoder.encode(users[next[0]++ % users.length], embedding));
    out.accept(
        Figure.of(
            "one user, l=6 D=256 n=512, Java to Java, p50",
            durations.millis(0.5),
            "ms",
            "0.6 ms (0.3)",
            durations.spread()));
  }

  /// Embeds the users of prepared data, written for it, into a file.
  private void nightly(Model model, UserEncoder encoder) throws IOException {
    Path folder = Files.createTempDirectory("gpu-figures");
    NightlyUsers users = new NightlyUsers(model, folder);
    for (Figure figure : users.embed(encoder)) {
      out.accept(figure);
    }
    users.delete();
  }

  private void overlap(Model model) {
    try (UserEncoder half = open(model, Precision.BFLOAT16);
        UserEncoder exact = open(model, Precision.FLOAT32)) {
      out.accept(TopOverlap.of(model, half, exact));
    }
  }

  /// Encodes of many sizes, and encoders opened and closed, leave device memory as it was.
  private boolean leaks(Model model) {
    long before;
    long after;
    try (UserEncoder encoder = open(model, Precision.BFLOAT16)) {
      encodeSizes(encoder, 200); // records the graphs of every class
      before = CudaDevices.freeBytes(0);
      encodeSizes(encoder, LEAK_ENCODES);
      after = CudaDevices.freeBytes(0);
    }
    report("10,000 encodes of all sizes, device memory lost", before, after);
    long idle = CudaDevices.freeBytes(0);
    for (int i = 0; i < 10; i++) {
      try (UserEncoder encoder = open(model, Precision.BFLOAT16)) {
        encodeSizes(encoder, 20);
      }
    }
    long idleAfter = CudaDevices.freeBytes(0);
    report("10 encoders opened and closed, device memory lost", idle, idleAfter);
    return after >= before && idleAfter >= idle;
  }

  private void report(String what, long before, long after) {
    out.accept(Figure.of(what, before - after, "bytes", "0", after >= before ? "ok" : "LEAK"));
  }

  private static void encodeSizes(UserEncoder encoder, int count) {
    ModelConfig config = encoder.config();
    HistoryBatch[] batches = new HistoryBatch[20];
    for (int i = 0; i < batches.length; i++) {
      int users = 1 + i * i / 12;
      int events = 1 + i * (config.maxEvents() - 1) / batches.length;
      batches[i] =
          HistoryBatch.of(SeededModel.histories(config, users, events, SEED + i), config.window());
    }
    float[] embeddings = new float[64 * config.embeddingDim()];
    for (int i = 0; i < count; i++) {
      encoder.encode(batches[i % batches.length], embeddings);
    }
  }
}
