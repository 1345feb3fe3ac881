package dev.hstu.retrieval.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/// The items of a simulated world: each belongs to one topic, has a weight inside it (Zipf), a
/// birth time, and a few successors of its own topic that tend to follow it.
final class WorldItems {

  /// 2024-01-01T00:00:00Z, when the world begins.
  static final long BEGIN_SECONDS = 1_704_067_200L;

  /// One year.
  static final long SPAN_SECONDS = 365L * 24 * 3600;

  /// Probabilities of an item's first, second and third successor.
  private static final double[] SUCCESSOR_WEIGHTS = {0.5, 0.3, 0.2};

  /// Low, so that the hundred most popular items hold a small share of all events.
  private static final double ITEM_ZIPF_EXPONENT = 0.6;

  private static final double TOPIC_ZIPF_EXPONENT = 0.25;

  /// Share of the items that are not there at the beginning but arrive during the year.
  private static final double NEW_ITEM_SHARE = 0.3;

  /// External ids are spread over this range so that no one mistakes a row for an id.
  private static final int ID_SPREAD = 7;

  private static final long FIRST_ID = 100_000L;

  private final int[] topics;
  private final long[] births;
  private final long[] ids;
  private final WeightedItems[] byTopic;
  private final WeightedItems all;
  private final WeightedItems[] successors;
  private final double[] topicWeights;

  WorldItems(WorldSettings settings, SplittableRandom random) {
    int count = settings.items();
    int topicCount = settings.topics();
    topics = new int[count];
    Arrays.setAll(topics, i -> i % topicCount);
    shuffle(topics, random);
    births = new long[count];
    Arrays.setAll(births, i -> birth(random));
    ids = new long[count];
    Arrays.setAll(ids, i -> FIRST_ID + (long) i * ID_SPREAD + random.nextInt(ID_SPREAD));
    topicWeights = zipf(topicCount, TOPIC_ZIPF_EXPONENT, random);
    byTopic = new WeightedItems[topicCount];
    double[] weights = new double[count];
    int[][] members = membersByTopic(topics, topicCount);
    for (int topic = 0; topic < topicCount; topic++) {
      byTopic[topic] = weigh(topic, members[topic], weights, random);
    }
    int[] everything = new int[count];
    Arrays.setAll(everything, i -> i);
    all = new WeightedItems(everything, weights);
    successors = new WeightedItems[count];
    Arrays.setAll(successors, i -> successors(i, random));
  }

  int count() {
    return topics.length;
  }

  int topicCount() {
    return byTopic.length;
  }

  int topic(int item) {
    return topics[item];
  }

  long birthSeconds(int item) {
    return births[item];
  }

  /// The external id.
  long id(int item) {
    return ids[item];
  }

  WeightedItems all() {
    return all;
  }

  WeightedItems inTopic(int topic) {
    return byTopic[topic];
  }

  WeightedItems successorsOf(int item) {
    return successors[item];
  }

  /// One topic, popular ones more often.
  int drawTopic(SplittableRandom random) {
    double left = random.nextDouble() * Arrays.stream(topicWeights).sum();
    for (int topic = 0; topic < topicWeights.length; topic++) {
      left -= topicWeights[topic];
      if (left < 0) {
        return topic;
      }
    }
    return topicWeights.length - 1;
  }

  private static long birth(SplittableRandom random) {
    boolean isNew = random.nextDouble() < NEW_ITEM_SHARE;
    double when = random.nextDouble();
    return isNew
        ? BEGIN_SECONDS + (long) (when * SPAN_SECONDS)
        : BEGIN_SECONDS - (long) (when * 20 * SPAN_SECONDS);
  }

  private WeightedItems weigh(int topic, int[] members, double[] weights, SplittableRandom random) {
    double[] own = zipf(members.length, ITEM_ZIPF_EXPONENT, random);
    for (int i = 0; i < members.length; i++) {
      weights[members[i]] = own[i] * topicWeights[topic];
    }
    return new WeightedItems(members, own);
  }

  private static int[][] membersByTopic(int[] topics, int topicCount) {
    int[] sizes = new int[topicCount];
    for (int topic : topics) {
      sizes[topic]++;
    }
    int[][] members = new int[topicCount][];
    Arrays.setAll(members, topic -> new int[sizes[topic]]);
    for (int item = topics.length - 1; item >= 0; item--) {
      members[topics[item]][--sizes[topics[item]]] = item;
    }
    return members;
  }

  private WeightedItems successors(int item, SplittableRandom random) {
    int[] candidates = byTopic[topics[item]].items().clone();
    shuffle(candidates, random);
    int[] chosen =
        Arrays.stream(candidates).filter(c -> c != item).limit(SUCCESSOR_WEIGHTS.length).toArray();
    return new WeightedItems(chosen, SUCCESSOR_WEIGHTS);
  }

  /// Zipf weights in random order, summing to 1.
  private static double[] zipf(int count, double exponent, SplittableRandom random) {
    int[] ranks = new int[count];
    Arrays.setAll(ranks, i -> i + 1);
    shuffle(ranks, random);
    double[] weights = new double[count];
    Arrays.setAll(weights, i -> Math.pow(ranks[i], -exponent));
    double sum = Arrays.stream(weights).sum();
    Arrays.setAll(weights, i -> weights[i] / sum);
    return weights;
  }

  private static void shuffle(int[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[other];
      values[other] = swapped;
    }
  }
}
