package dev.hstu.retrieval.evaluate.paired;

import java.util.Comparator;
import java.util.stream.IntStream;

/// Holm's correction (1979): who looks at many figures finds one in twenty by chance alone, so the
/// smallest p-value is multiplied by how many were looked at, the next by one less, and so on. Any
/// false alarm among all of them then has 5 %.
public final class Holm {

  private Holm() {}

  /// Corrected p-values, in the order given; never below the p-value nor above 1.
  public static double[] adjusted(double[] pValues) {
    int[] order =
        IntStream.range(0, pValues.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> pValues[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] adjusted = new double[pValues.length];
    double largest = 0;
    for (int place = 0; place < order.length; place++) {
      largest = Math.max(largest, Math.min(1, pValues[order[place]] * (order.length - place)));
      adjusted[order[place]] = largest;
    }
    return adjusted;
  }
}
