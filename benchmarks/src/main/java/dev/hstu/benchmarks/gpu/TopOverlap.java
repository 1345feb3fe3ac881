package dev.hstu.benchmarks.gpu;

import dev.hstu.benchmarks.micro.SeededModel;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// How many of a user's best items by one engine are among the best by another.
final class TopOverlap {

  private static final int USERS = 200;
  private static final int BEST = 500;

  private TopOverlap() {}

  static Figure of(Model model, UserEncoder half, UserEncoder exact) {
    ModelConfig config = model.config();
    List<UserHistory> users = SeededModel.histories(config, USERS, config.maxEvents(), 11);
    return of("random weights", itemVectors(model), half.encode(users), exact.encode(users));
  }

  /// @param items float[V·D], unit rows
  /// @param half embeddings of the same users as `exact`
  static Figure of(String weights, float[] items, float[][] half, float[][] exact) {
    int count = items.length / exact[0].length;
    double[] shares =
        IntStream.range(0, exact.length)
            .parallel()
            .mapToDouble(user -> share(best(items, half[user]), best(items, exact[user])))
            .sorted()
            .toArray();
    return Figure.of(
        "top-%d of %,d items, shared with float32".formatted(BEST, count),
        100 * Arrays.stream(shares).average().orElseThrow(),
        "%",
        ">= 99 %",
        "%s; %d users, worst %.1f %%".formatted(weights, exact.length, 100 * shares[0]));
  }

  /// All item vectors, float[V·D].
  static float[] itemVectors(Model model) {
    int d = model.config().embeddingDim();
    float[] vectors = new float[model.config().items() * d];
    for (int item = 0; item < model.config().items(); item++) {
      model.copyItemVector(item + 1L, vectors, item * d);
    }
    return vectors;
  }

  /// Rows of the best items, ascending by row.
  private static int[] best(float[] items, float[] user) {
    int count = items.length / user.length;
    long[] ranked = new long[count]; // score above, row below: sorts by score
    for (int item = 0; item < count; item++) {
      float score = 0;
      for (int c = 0; c < user.length; c++) {
        score += user[c] * items[item * user.length + c];
      }
      int bits = Float.floatToIntBits(score);
      int ordered = bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
      ranked[item] = (long) ordered << Integer.SIZE | item;
    }
    Arrays.sort(ranked);
    return Arrays.stream(ranked, count - BEST, count)
        .mapToInt(rank -> (int) rank)
        .sorted()
        .toArray();
  }

  private static double share(int[] left, int[] right) {
    long common = Arrays.stream(left).filter(row -> Arrays.binarySearch(right, row) >= 0).count();
    return (double) common / BEST;
  }
}
