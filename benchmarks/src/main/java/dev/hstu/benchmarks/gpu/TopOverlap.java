package dev.hstu.benchmarks.gpu;

import dev.hstu.benchmarks.micro.SeededModel;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.Model;
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
    HstuConfig config = model.config();
    List<UserHistory> users = SeededModel.histories(config, USERS, config.maxEvents(), 11);
    float[] items = itemVectors(model);
    float[][] left = half.encode(users);
    float[][] right = exact.encode(users);
    double[] shares =
        IntStream.range(0, USERS)
            .parallel()
            .mapToDouble(user -> share(best(items, left[user]), best(items, right[user])))
            .sorted()
            .toArray();
    return Figure.of(
        "top-500 of 100,000 items, shared with float32",
        100 * Arrays.stream(shares).average().orElseThrow(),
        "%",
        ">= 99 %",
        "random weights; %d users, worst %.1f %%".formatted(USERS, 100 * shares[0]));
  }

  private static float[] itemVectors(Model model) {
    int d = model.config().embeddingDim();
    float[] vectors = new float[model.config().items() * d];
    for (int item = 0; item < model.config().items(); item++) {
      model.weights().copyItemVector(item + 1L, d, vectors, item * d);
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
