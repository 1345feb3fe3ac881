package dev.hstu.retrieval.gate;

import dev.hstu.encoder.sequence.InteractionLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// A seeded world of items in topics and users who stay with a topic for a while, day after day:
/// what is near the last item is a good guess, and popularity a weaker one.
///
/// @param seed of everything; the same world day by day
/// @param items of each day
/// @param users of each day
/// @param churn share of the items that leave each day and are followed by new ones
/// @param popularityShift share of the items whose popularity changes wholly each day
record GateWorld(long seed, int items, int users, double churn, double popularityShift) {

  private static final Instant FIRST_DAY = Instant.parse("2026-03-01T00:00:00Z");
  private static final long DAY_SECONDS = 86_400;
  private static final int ITEMS_PER_TOPIC = 50;
  private static final double STAY = 0.85;
  private static final double NOISE = 0.12;
  private static final long WAKING_HOUR = 8;
  private static final int MAX_DRAWS = 20_000;

  /// Beyond 32 bits, and distinct in the lower half too.
  private static final long FIRST_ID = 5_000_000_011L;

  private static final long ID_STEP = 1_009;

  /// The inputs of a night's build, two hours after the day's last event.
  ///
  /// @param day from 0
  /// @param training another number trains the model anew: other axes and a little noise
  Night night(int day, long training) {
    int[] numbers = numbers(day);
    InteractionLog log = log(day, numbers);
    long[] ids = new long[items];
    List<String> titles = new ArrayList<>();
    List<String> studios = new ArrayList<>();
    for (int i = 0; i < items; i++) {
      ids[i] = FIRST_ID + numbers[i] * ID_STEP;
      titles.add("Title " + numbers[i]);
      studios.add("Studio " + numbers[i] % 37);
    }
    Instant builtAt = FIRST_DAY.plusSeconds((day + 1) * DAY_SECONDS + 7_200);
    return new Night(ids, embeddings(numbers, training), log, titles, studios, builtAt);
  }

  /// The numbers of a day's items: those of slots that left have moved on.
  private int[] numbers(int day) {
    int[] numbers = new int[items];
    int next = items;
    for (int i = 0; i < items; i++) {
      numbers[i] = i;
    }
    for (int d = 1; d <= day; d++) {
      SplittableRandom random = new SplittableRandom(seed * 31 + d);
      for (int i = 0; i < items; i++) {
        if (random.nextDouble() < churn) {
          numbers[i] = next++;
        }
      }
    }
    return numbers;
  }

  /// Each item near the centre of its topic, on axes that the training chose.
  private float[] embeddings(int[] numbers, long training) {
    SplittableRandom axes = new SplittableRandom(training);
    int[] order = new int[Night.DIMENSION];
    int[] signs = new int[Night.DIMENSION];
    for (int c = 0; c < order.length; c++) {
      int other = axes.nextInt(c + 1);
      order[c] = order[other];
      order[other] = c;
      signs[c] = axes.nextBoolean() ? 1 : -1;
    }
    float[] values = new float[numbers.length * Night.DIMENSION];
    for (int i = 0; i < numbers.length; i++) {
      SplittableRandom centre = new SplittableRandom(seed * 7_919 + topic(numbers[i]));
      SplittableRandom own = new SplittableRandom(seed * 104_729 + numbers[i]);
      for (int c = 0; c < Night.DIMENSION; c++) {
        double value =
            centre.nextGaussian() / 4 + own.nextGaussian() * NOISE + axes.nextGaussian() * 0.02;
        values[i * Night.DIMENSION + order[c]] = (float) (signs[c] * value);
      }
    }
    return values;
  }

  private int topic(int number) {
    return number % Math.max(2, items / ITEMS_PER_TOPIC);
  }

  /// All events up to a day: a log grows, it isn't drawn anew. Events of items that left are gone.
  private InteractionLog log(int day, int[] numbers) {
    Map<Integer, Integer> rows = new HashMap<>();
    for (int i = 0; i < numbers.length; i++) {
      rows.put(numbers[i], i + 1);
    }
    List<List<Integer>> histories = histories(day);
    long[] offsets = new long[users + 1];
    for (int u = 0; u < users; u++) {
      histories.get(u).removeIf(number -> !rows.containsKey(number));
      offsets[u + 1] = offsets[u] + histories.get(u).size();
    }
    int events = (int) offsets[users];
    int[] items = new int[events];
    long[] times = new long[events];
    long end = FIRST_DAY.getEpochSecond() + (day + 1) * DAY_SECONDS;
    for (int u = 0; u < users; u++) {
      SplittableRandom random = new SplittableRandom(seed * 15_485_863 + u * 31L + day);
      long time = u == 0 ? end : awake(end - random.nextLong(DAY_SECONDS));
      for (int e = histories.get(u).size() - 1; e >= 0; e--) {
        items[(int) offsets[u] + e] = rows.get(histories.get(u).get(e));
        times[(int) offsets[u] + e] = time;
        time = awake(time - 30 - random.nextLong(3_600));
      }
    }
    return new InteractionLog(offsets, items, times, new float[events]);
  }

  /// A time between midnight and eight in the morning is the evening before: people sleep.
  private static long awake(long time) {
    long hours = Math.floorMod(time, DAY_SECONDS) / 3_600;
    return hours < WAKING_HOUR ? time - WAKING_HOUR * 3_600 : time;
  }

  /// Item numbers of each user, the first day's many and each later day's few.
  private List<List<Integer>> histories(int lastDay) {
    List<List<Integer>> histories = new ArrayList<>();
    for (int u = 0; u < users; u++) {
      histories.add(new ArrayList<>());
    }
    for (int day = 0; day <= lastDay; day++) {
      int[] numbers = numbers(day);
      double[] weights = weights(day, numbers);
      for (int u = 0; u < users; u++) {
        SplittableRandom random = new SplittableRandom(seed * 32_452_843 + u * 31L + day);
        int events = day == 0 ? 6 + random.nextInt(16) : 2 + random.nextInt(3);
        extend(histories.get(u), events, random, numbers, weights);
      }
    }
    return histories;
  }

  private void extend(
      List<Integer> history, int events, SplittableRandom random, int[] numbers, double[] weights) {
    int topics = Math.max(2, items / ITEMS_PER_TOPIC);
    int topic = history.isEmpty() ? random.nextInt(topics) : topic(history.getLast());
    for (int e = 0; e < events; e++) {
      topic = random.nextDouble() < STAY ? topic : random.nextInt(topics);
      history.add(pick(random, topic, numbers, weights, history));
    }
  }

  /// Popularity within a topic falls as one over rank; a day moves some items.
  private double[] weights(int day, int[] numbers) {
    double[] weights = new double[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      SplittableRandom moved = new SplittableRandom(seed * 613 + numbers[i] * 31L + day);
      SplittableRandom own = new SplittableRandom(seed * 617 + numbers[i]);
      boolean moves = day > 0 && moved.nextDouble() < popularityShift;
      double rank = moves ? moved.nextDouble() : own.nextDouble();
      weights[i] = 1 / (1 + rank * ITEMS_PER_TOPIC);
    }
    return weights;
  }

  /// An unseen item of the topic by weight, or any where the draws meet none.
  private int pick(
      SplittableRandom random, int topic, int[] numbers, double[] weights, List<Integer> seen) {
    int row = random.nextInt(numbers.length);
    for (int draw = 0; draw < MAX_DRAWS; draw++) {
      row = random.nextInt(numbers.length);
      boolean fits = topic(numbers[row]) == topic && !seen.contains(numbers[row]);
      if (fits && random.nextDouble() < weights[row]) {
        return numbers[row];
      }
    }
    return numbers[row];
  }
}
