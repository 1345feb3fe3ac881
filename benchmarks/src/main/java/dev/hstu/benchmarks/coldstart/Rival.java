package dev.hstu.benchmarks.coldstart;

import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.kernels.tables.AttributeTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// A ranking of the whole catalogue that needs no model.
interface Rival {

  /// Name in the report.
  String name();

  /// Scores every catalogue row, higher is better.
  ///
  /// @param history catalogue rows of the user's known events
  void score(int[] history, float[] scores);

  /// Any order, another for each user.
  static Rival chance(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return named(
        "random",
        (history, scores) -> {
          for (int row = 0; row < scores.length; row++) {
            scores[row] = random.nextFloat();
          }
        });
  }

  /// A known item by its events; a new one by the mean events of the known items of its labels.
  static Rival popularityByLabel(HeldOutItems items, AttributeTable attributes, String column) {
    float[] popularity = popularity(items, attributes, column);
    return named(
        "popularity by genre",
        (history, scores) -> System.arraycopy(popularity, 0, scores, 0, scores.length));
  }

  /// The share of the user's events that have each of an item's labels, averaged over its labels;
  /// equals by popularity.
  static Rival ownLabels(HeldOutItems items, AttributeTable attributes, String column) {
    float[] popularity = popularity(items, attributes, column);
    return named(
        "the user's genres, then popularity",
        (history, scores) -> {
          Map<String, Integer> met = new HashMap<>();
          for (int row : history) {
            attributes.labels(column, row).forEach(label -> met.merge(label, 1, Integer::sum));
          }
          for (int row = 0; row < scores.length; row++) {
            List<String> labels = attributes.labels(column, row);
            double liked = labels.stream().mapToInt(label -> met.getOrDefault(label, 0)).sum();
            scores[row] = (float) (liked / Math.max(1, labels.size()) + 1e-6 * popularity[row]);
          }
        });
  }

  private static float[] popularity(HeldOutItems items, AttributeTable attributes, String column) {
    float[] popularity = new float[items.warmRow().length];
    int[] rows = items.catalogueRows();
    InteractionLog log = items.log();
    for (int item : log.items()) {
      popularity[rows[item - 1]]++;
    }
    Map<String, double[]> byLabel = new HashMap<>();
    for (int row : rows) {
      for (String label : attributes.labels(column, row)) {
        double[] sum = byLabel.computeIfAbsent(label, any -> new double[2]);
        sum[0] += popularity[row];
        sum[1]++;
      }
    }
    for (int row = 0; row < popularity.length; row++) {
      if (items.isHeldOut(row)) {
        popularity[row] =
            (float)
                attributes.labels(column, row).stream()
                    .map(label -> byLabel.getOrDefault(label, new double[] {0, 1}))
                    .mapToDouble(sum -> sum[0] / sum[1])
                    .average()
                    .orElse(0);
      }
    }
    return popularity;
  }

  /// How a [Rival] scores.
  @FunctionalInterface
  interface Scoring {
    void score(int[] history, float[] scores);
  }

  private static Rival named(String name, Scoring scoring) {
    return new Rival() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void score(int[] history, float[] scores) {
        scoring.score(history, scores);
      }
    };
  }
}
