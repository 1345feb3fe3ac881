package dev.hstu.benchmarks.gpu;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.Precision;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// `java -cp '*' dev.hstu.benchmarks.gpu.RankShift DATA MODEL`: what half precision does to the
/// ranks of held-out events. Every user's last event is the target, its time the request time; all
/// items are ranked by the embeddings of the engine `cuda` in float32 and in bfloat16, the kept
/// window left out (HSTU.md, "Evaluation"). Exit code 1 when HR@K moves by more than 2 users.
public final class RankShift {

  private static final int[] CUTS = {10, 50, 100, 500};
  private static final int MOST_USERS = 2;
  private static final int BATCH = 512;

  private final Model model;
  private final List<UserHistory> histories = new ArrayList<>();
  private final int[] targets;
  private final float[] items;

  RankShift(PreparedData data, Model model) {
    if (data.items().size() != model.config().items()) {
      throw new IllegalArgumentException(
          "the data has %d items and the model %d; give the data it was trained on"
              .formatted(data.items().size(), model.config().items()));
    }
    this.model = model;
    this.items = TopOverlap.itemVectors(model);
    InteractionLog log = data.log();
    List<Integer> last = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      int start = log.start(user);
      int end = start + log.length(user) - 1;
      if (end <= start) {
        continue; // a history needs an event before the target
      }
      histories.add(
          new UserHistory(
              Arrays.copyOfRange(log.items(), start, end),
              Arrays.copyOfRange(log.times(), start, end),
              log.times()[end]));
      last.add(log.items()[end]);
    }
    this.targets = last.stream().mapToInt(Integer::intValue).toArray();
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: RankShift DATA MODEL");
      System.exit(2);
    }
    PrintStream out = System.out;
    boolean still;
    EngineChoice cuda = EngineChoice.of(Engine.CUDA);
    try (OpenModel folder = ModelFolder.open(Path.of(arguments[1]))) {
      RankShift shift = new RankShift(PreparedData.open(Path.of(arguments[0])), folder.model());
      still =
          shift.run(
              cuda.withPrecision(Precision.FLOAT32),
              cuda.withPrecision(Precision.BFLOAT16),
              out::println);
    }
    System.exit(still ? 0 : 1);
  }

  /// Compares two ways of computing.
  ///
  /// @return whether HR@K moves by no more than the bound
  boolean run(EngineChoice precise, EngineChoice coarse, Consumer<Figure> out) {
    float[][] exact = embeddings(precise);
    float[][] half = embeddings(coarse);
    int[] exactRanks = ranks(exact);
    int[] halfRanks = ranks(half);
    boolean still = true;
    for (int cut : CUTS) {
      long left = Arrays.stream(exactRanks).filter(rank -> rank <= cut).count();
      long right = Arrays.stream(halfRanks).filter(rank -> rank <= cut).count();
      still &= Math.abs(left - right) <= MOST_USERS;
      out.accept(
          Figure.of(
              "trained model: users by whom HR@" + cut + " moves",
              right - left,
              "users",
              "<= %d either way".formatted(MOST_USERS),
              "%s %d, %s %d of %d"
                  .formatted(
                      precise.precision().id(),
                      left,
                      coarse.precision().id(),
                      right,
                      histories.size())));
    }
    out.accept(TopOverlap.of("trained model", items, half, exact));
    return still;
  }

  private float[][] embeddings(EngineChoice choice) {
    float[][] all = new float[histories.size()][];
    try (UserEncoder encoder = Encoder.open(model, choice)) {
      for (int from = 0; from < all.length; from += BATCH) {
        int to = Math.min(from + BATCH, all.length);
        float[][] some = encoder.encode(histories.subList(from, to));
        System.arraycopy(some, 0, all, from, some.length);
      }
    }
    return all;
  }

  private int[] ranks(float[][] users) {
    return IntStream.range(0, users.length)
        .parallel()
        .map(user -> rank(users[user], histories.get(user), targets[user]))
        .toArray();
  }

  /// Ties go against the target, so that no engine gains by coarser scores.
  private int rank(float[] user, UserHistory history, int target) {
    HistoryWindow window = model.config().window();
    boolean[] seen = new boolean[model.config().items() + 1];
    for (int event = window.start(history.length()); event < history.length(); event++) {
      seen[history.items()[event]] = true;
    }
    float bound = score(user, target - 1);
    int rank = 1;
    for (int item = 0; item < model.config().items(); item++) {
      if (item != target - 1 && !seen[item + 1] && score(user, item) >= bound) {
        rank++;
      }
    }
    return rank;
  }

  private float score(float[] user, int item) {
    float sum = 0;
    for (int c = 0; c < user.length; c++) {
      sum += user[c] * items[item * user.length + c];
    }
    return sum;
  }
}
