package dev.hstu.benchmarks.gpu;

import dev.hstu.benchmarks.micro.SeededModel;
import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.Precision;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.kernels.cuda.CudaDevices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Appended events over kept states: how long one takes from Java to Java, whether it gives what an
/// encode gives, and whether memory comes back while states are evicted.
final class AppendFigures {

  private static final String MEGABYTES = "hstu.cuda.state-megabytes";
  private static final int USERS = 64;
  private static final int TIMED_EVENTS = 32; // of each user, its last
  private static final int LEAK_APPENDS = 10_000;

  /// Rounds of appends, of which the last is timed.
  private static final int ROUNDS = 5;

  /// Two roundings to half precision of the same value, as 1 minus the cosine.
  private static final double MOST_DISTANCE = 1e-3;

  private final Model model;
  private final List<UserHistory> histories;

  AppendFigures(Model model, long seed) {
    ModelConfig config = model.config();
    this.model = model;
    this.histories = SeededModel.histories(config, USERS, config.maxEvents(), seed);
  }

  /// @param megabytes of kept states
  private UserEncoder open(int megabytes) {
    System.setProperty(MEGABYTES, Integer.toString(megabytes));
    try {
      return Encoder.open(model, EngineChoice.of(Engine.CUDA).withPrecision(Precision.BFLOAT16));
    } finally {
      System.clearProperty(MEGABYTES);
    }
  }

  /// A user's first `events`, asked for when the next comes.
  private HistoryBatch first(int user, int events) {
    UserHistory all = histories.get(user);
    long request = events < all.length() ? all.times()[events] : all.requestTime();
    return HistoryBatch.of(
        List.of(
            new UserHistory(
                Arrays.copyOf(all.items(), events), Arrays.copyOf(all.times(), events), request)),
        model.config().window());
  }

  /// The calls of a user's growth, one event each, the first of them an encode.
  private List<HistoryBatch> growth(int user, int events) {
    List<HistoryBatch> calls = new ArrayList<>();
    int length = model.config().maxEvents();
    for (int at = length - events; at <= length; at++) {
      calls.add(first(user, at));
    }
    return calls;
  }

  /// All users' last events, one after another; the last of several rounds is timed, since a round
  /// can't be repeated on states that have grown.
  ///
  /// @throws IllegalStateException when an append gives something else than an encode
  Figure append() {
    for (int round = 1; round < ROUNDS; round++) {
      appended();
    }
    Durations durations = appended();
    return Figure.of(
        "one appended event, l=6 D=256 n=481..512, Java to Java",
        durations.millis(0.5),
        "ms",
        "0.12 ms",
        durations.spread());
  }

  private Durations appended() {
    float[] embedding = new float[model.config().embeddingDim()];
    List<HistoryBatch> timed = new ArrayList<>();
    try (UserEncoder keeping = open(1_024);
        UserEncoder plain = open(0)) {
      for (int user = 0; user < USERS; user++) {
        List<HistoryBatch> calls = growth(user, TIMED_EVENTS);
        keeping.encode(calls.getFirst(), embedding);
        timed.addAll(calls.subList(1, calls.size()));
      }
      int[] next = {0};
      Durations durations =
          Durations.ofWarm(timed.size(), () -> keeping.encode(timed.get(next[0]++), embedding));
      requireClose(keeping, plain);
      return durations;
    }
  }

  private void requireClose(UserEncoder keeping, UserEncoder plain) {
    int d = model.config().embeddingDim();
    float[] kept = new float[d];
    float[] anew = new float[d];
    for (int user = 0; user < USERS; user++) {
      HistoryBatch all = first(user, model.config().maxEvents());
      keeping.encode(all, kept);
      plain.encode(all, anew);
      double cosine = 0;
      for (int c = 0; c < d; c++) {
        cosine += (double) kept[c] * anew[c];
      }
      if (!(1 - cosine <= MOST_DISTANCE)) {
        throw new IllegalStateException(
            "user %d: cosine of append and encode is %.6f".formatted(user, cosine));
      }
    }
  }

  /// Bytes of device memory that appends with evictions keep: room for a few of the users.
  Figure lost() {
    float[] embedding = new float[model.config().embeddingDim()];
    try (UserEncoder encoder = open(32)) {
      run(encoder, embedding, LEAK_APPENDS / 10);
      long before = CudaDevices.freeBytes(0);
      run(encoder, embedding, LEAK_APPENDS);
      long after = CudaDevices.freeBytes(0);
      return Figure.of(
          "10,000 appends with evictions, device memory lost",
          before - after,
          "bytes",
          "0",
          after >= before ? "ok" : "LEAK");
    }
  }

  private void run(UserEncoder encoder, float[] embedding, int appends) {
    int user = 0;
    for (int done = 0; done < appends; user = (user + 1) % USERS) {
      for (HistoryBatch call : growth(user, TIMED_EVENTS)) {
        encoder.encode(call, embedding);
        done++;
      }
    }
  }
}
