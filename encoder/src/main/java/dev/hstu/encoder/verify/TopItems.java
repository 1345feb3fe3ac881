package dev.hstu.encoder.verify;

import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.NetworkModel;
import java.util.Comparator;
import java.util.stream.IntStream;

/// The whole catalogue ranked for one user by exact score, the user's own history left out; in
/// float64 from the user embedding on. For golden files: every item is sorted.
final class TopItems {

  private TopItems() {}

  /// The inner product of a user embedding with the normalised vector of every item row `0..V`; row
  /// 0 and the items of the history score minus infinity.
  static double[] scores(NetworkModel model, double[] users, int user, int[] history) {
    NetworkConfig config = model.config();
    int d = config.embeddingDim();
    double[] scores = new double[config.items() + 1];
    for (int item = 1; item <= config.items(); item++) {
      double product = 0;
      double squares = 0;
      for (int c = 0; c < d; c++) {
        double value =
            model.weights().itemEmbeddings().getAtIndex(ModelWeights.FLOAT, (long) item * d + c);
        product += users[user * d + c] * value;
        squares += value * value;
      }
      scores[item] = product / Math.max(Math.sqrt(squares), ModelConfig.EPSILON);
    }
    scores[0] = Double.NEGATIVE_INFINITY;
    for (int item : history) {
      scores[item] = Double.NEGATIVE_INFINITY;
    }
    return scores;
  }

  /// How far a ranking is from the expected one: 0 when the ids agree; where they don't, the
  /// largest difference between what the expected ranking says of an item and what it has at that
  /// rank, so that tied items may trade places. Below the expected ranking's end only the engine's
  /// own score of an item is known.
  ///
  /// @param scores the engine's, by item row
  static double largestGap(
      int[] ranked, double[] scores, int[] expectedIds, double[] expectedScores) {
    double largest = 0;
    for (int rank = 0; rank < ranked.length; rank++) {
      int item = ranked[rank];
      if (item != expectedIds[rank]) {
        double score = scores[item];
        for (int other = 0; other < expectedIds.length; other++) {
          score = expectedIds[other] == item ? expectedScores[other] : score;
        }
        largest = Math.max(largest, Math.abs(score - expectedScores[rank]));
      }
    }
    return largest;
  }

  /// The `k` best item rows, best first; equal scores in the order of rows.
  static int[] best(double[] scores, int k) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer item) -> -scores[item]))
        .limit(k)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
