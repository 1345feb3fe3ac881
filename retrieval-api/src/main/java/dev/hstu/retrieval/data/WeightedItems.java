package dev.hstu.retrieval.data;

import java.util.SplittableRandom;

/// Items with planted weights, drawn in proportion to them among those that are eligible.
///
/// Sampling rejects ineligible items, and after [#MAX_REJECTIONS] of them draws from the eligible
/// ones by a scan; both give exactly the conditional distribution that [#addTo] writes down.
final class WeightedItems {

  /// After this many rejections a scan is cheaper than more draws.
  private static final int MAX_REJECTIONS = 32;

  /// Answer of [#draw] when no item is eligible.
  static final int NONE = -1;

  private final int[] items;
  private final double[] cumulative;

  /// @param items shared, not copied
  /// @param weights one above 0 for each entry of `items`
  WeightedItems(int[] items, double[] weights) {
    this.items = items;
    this.cumulative = new double[items.length];
    double sum = 0;
    for (int i = 0; i < items.length; i++) {
      sum += weights[i];
      cumulative[i] = sum;
    }
  }

  int[] items() {
    return items;
  }

  /// One eligible item, or [#NONE].
  int draw(SplittableRandom random, Eligibility eligible) {
    if (items.length == 0) {
      return NONE;
    }
    for (int attempt = 0; attempt < MAX_REJECTIONS; attempt++) {
      int item = items[at(random.nextDouble() * cumulative[items.length - 1])];
      if (eligible.test(item)) {
        return item;
      }
    }
    return drawByScan(random, eligible);
  }

  private int drawByScan(SplittableRandom random, Eligibility eligible) {
    double left = random.nextDouble() * eligibleWeight(eligible);
    int last = NONE;
    for (int i = 0; i < items.length; i++) {
      if (eligible.test(items[i])) {
        last = items[i];
        left -= weight(i);
        if (left < 0) {
          return last;
        }
      }
    }
    return last;
  }

  /// Sum of the weights of the eligible items, 0 when there is none.
  double eligibleWeight(Eligibility eligible) {
    double sum = 0;
    for (int i = 0; i < items.length; i++) {
      if (eligible.test(items[i])) {
        sum += weight(i);
      }
    }
    return sum;
  }

  /// Adds `share` in all to `probabilities`, split over the eligible items by weight.
  ///
  /// @return whether any item was eligible; if none, nothing is added
  boolean addTo(double[] probabilities, double share, Eligibility eligible) {
    double sum = eligibleWeight(eligible);
    if (sum <= 0) {
      return false;
    }
    for (int i = 0; i < items.length; i++) {
      if (eligible.test(items[i])) {
        probabilities[items[i]] += share * weight(i) / sum;
      }
    }
    return true;
  }

  private double weight(int i) {
    return i == 0 ? cumulative[0] : cumulative[i] - cumulative[i - 1];
  }

  private int at(double target) {
    int low = 0;
    int high = items.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cumulative[middle] > target) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /// Which items may come next: unseen by the user and already there.
  @FunctionalInterface
  interface Eligibility {
    boolean test(int item);
  }
}
