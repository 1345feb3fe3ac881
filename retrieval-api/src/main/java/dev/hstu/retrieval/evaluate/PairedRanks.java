package dev.hstu.retrieval.evaluate;

import dev.hstu.retrieval.evaluate.paired.DetectableEffect;
import dev.hstu.retrieval.evaluate.paired.Holm;
import dev.hstu.retrieval.evaluate.paired.McNemar;
import dev.hstu.retrieval.evaluate.paired.PairedBootstrap;
import java.util.ArrayList;
import java.util.List;

/// The ranks that A and B gave the same targets, and what their differences say.
///
/// @param ranking `exact` or `index`
/// @param seen what was left out
/// @param a int `[users]`, 0 where the target wasn't found; not copied
/// @param b the same users by B; not copied
record PairedRanks(String ranking, String seen, int[] a, int[] b) {

  PairedRanks {
    if (a.length != b.length || a.length == 0) {
      throw new IllegalArgumentException(
          "A ranks %d users and B %d; both need the same, at least one"
              .formatted(a.length, b.length));
    }
  }

  /// Every compared metric. `decisive` is judged by its own p-value, since it was chosen before
  /// anybody looked; the others are corrected for being many.
  List<Difference> differences(RankedMetric decisive, int samples, long seed) {
    List<RankedMetric> metrics = RankedMetric.COMPARED;
    double[][] changes = changes(metrics);
    PairedBootstrap bootstrap = PairedBootstrap.of(changes, a.length, samples, seed);
    List<Difference> differences = new ArrayList<>();
    for (int m = 0; m < metrics.size(); m++) {
      differences.add(difference(metrics.get(m), m, changes, bootstrap));
    }
    int decides = metrics.indexOf(decisive);
    double[] others = new double[metrics.size() - 1];
    for (int m = 0; m < others.length; m++) {
      others[m] = differences.get(m < decides ? m : m + 1).p();
    }
    double[] adjusted = Holm.adjusted(others);
    for (int m = 0; m < others.length; m++) {
      int place = m < decides ? m : m + 1;
      differences.set(place, differences.get(place).withAdjusted(adjusted[m]));
    }
    return differences;
  }

  /// `B − A` of each user whose ranks differ, by metric.
  private double[][] changes(List<RankedMetric> metrics) {
    List<double[]> changes = new ArrayList<>();
    for (int u = 0; u < a.length; u++) {
      if (a[u] != b[u]) {
        double[] change = new double[metrics.size()];
        for (int m = 0; m < change.length; m++) {
          change[m] = metrics.get(m).of(b[u]) - metrics.get(m).of(a[u]);
        }
        changes.add(change);
      }
    }
    return changes.toArray(double[][]::new);
  }

  private Difference difference(
      RankedMetric metric, int m, double[][] changes, PairedBootstrap bootstrap) {
    int onlyA = 0;
    int onlyB = 0;
    double sum = 0;
    double squares = 0;
    for (double[] change : changes) {
      onlyA += change[m] < 0 ? 1 : 0;
      onlyB += change[m] > 0 ? 1 : 0;
      sum += change[m];
      squares += change[m] * change[m];
    }
    int users = a.length;
    double mean = sum / users;
    double variance = users < 2 ? 0 : (squares - users * mean * mean) / (users - 1);
    boolean isHitRate = metric.kind() == RankedMetric.Kind.HR;
    double p = isHitRate ? new McNemar(onlyA, onlyB).pValue() : bootstrap.pValue(m);
    double first = mean(metric, a);
    return new Difference(
        metric.label(),
        ranking,
        seen,
        first,
        first + mean,
        mean,
        new Interval(bootstrap.low(m), bootstrap.high(m)),
        onlyA,
        onlyB,
        p,
        null,
        isHitRate
            ? DetectableEffect.ofHitRate(Math.max(0, variance), users)
            : DetectableEffect.ofMean(Math.max(0, variance), users),
        Difference.outcome(p, mean, onlyA + onlyB));
  }

  private static double mean(RankedMetric metric, int[] ranks) {
    double sum = 0;
    for (int rank : ranks) {
      sum += metric.of(rank);
    }
    return sum / ranks.length;
  }
}
