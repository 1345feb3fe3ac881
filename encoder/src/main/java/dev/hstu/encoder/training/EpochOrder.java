package dev.hstu.encoder.training;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Which examples an epoch meets, and in which order.
///
/// Sampling of long users (HSTU.md, "Generative training", arXiv 2402.17152, 2.3, where a user of
/// `n` events is met at the rate `1/n`): with the setting `E`, a user of `n` known events has the
/// share `p = min(1, E/n)`, so that none gives more than `E` positions an epoch on average. An
/// epoch has `m = ⌊Σp⌋` examples, at least one and always as many, so that every epoch has the same
/// steps: the users stand in an order drawn for the epoch, each as long as its `p`, and those are
/// met on which one of `m` marks falls that lie `Σp/m` apart, the first drawn. No user is met
/// twice, and each with probability `p · m/Σp`, which is `p` but for less than one part in `m`.
final class EpochOrder {

  /// The first mark is drawn from as many places.
  private static final int PLACES = 1 << 20;

  private final RandomStreams random;
  private final double[] shares;
  private final double apart;
  private final int count;

  /// @param known events of each example's user that training may see
  /// @param longUserEvents `E`, at least 1
  EpochOrder(int[] known, int longUserEvents, RandomStreams random) {
    this.random = random;
    this.shares =
        Arrays.stream(known).mapToDouble(n -> Math.min(1, longUserEvents / (double) n)).toArray();
    double sum = Arrays.stream(shares).sum();
    this.count = known.length == 0 ? 0 : Math.max(1, (int) sum);
    this.apart = sum / count;
  }

  /// Examples of each epoch, `m`.
  int count() {
    return count;
  }

  /// Those of an epoch, from 0: the same whenever it is asked for.
  int[] of(int epoch) {
    int[] order = shuffled(random.order(epoch));
    return count == order.length ? order : marked(order, random.longUsers(epoch));
  }

  private int[] marked(int[] order, SplittableRandom draws) {
    double first = draws.nextInt(PLACES) / (double) PLACES;
    int[] met = new int[count];
    int found = 0;
    double end = 0;
    for (int example : order) {
      end += shares[example];
      if (found < count && (first + found) * apart < end) {
        met[found++] = example;
      }
    }
    return Arrays.copyOf(met, found);
  }

  private int[] shuffled(SplittableRandom draws) {
    int[] order = new int[shares.length];
    Arrays.setAll(order, i -> i);
    for (int i = order.length - 1; i > 0; i--) {
      int j = draws.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
