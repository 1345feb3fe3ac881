package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.UserHistory;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.ToIntBiFunction;
import java.util.stream.IntStream;

/// The ways in which cases are divided: by history length, the target's popularity and action, and
/// where times are real by the target item's age and by how long the user was away. What isn't told
/// apart by the data is left out.
final class Slicings {

  /// More different actions than this are a measure, not kinds, and fall into quarters.
  private static final int MOST_ACTIONS = 12;

  private static final int QUARTERS = 4;

  private final InteractionLog log;
  private final EvaluationProtocol protocol;

  private Slicings(InteractionLog log, EvaluationProtocol protocol) {
    this.log = log;
    this.protocol = protocol;
  }

  /// @param items `V` of the log
  static List<Slicing> of(InteractionLog log, EvaluationProtocol protocol, int items, Clock clock) {
    Slicings cases = new Slicings(log, protocol);
    List<Slicing> slicings = new ArrayList<>();
    slicings.add(cases.byHistoryLength());
    slicings.add(cases.byPopularity(items));
    slicings.addAll(cases.byAction());
    if (clock instanceof Clock.Wall) {
      slicings.add(cases.byItemAge(items));
      slicings.add(cases.byRecency());
    }
    return slicings;
  }

  private record Named(
      String name, List<String> labels, ToIntBiFunction<Integer, UserHistory> parts)
      implements Slicing {
    @Override
    public int part(int c, UserHistory history) {
      return parts.applyAsInt(c, history);
    }
  }

  private Slicing byHistoryLength() {
    Ranges ranges = Ranges.counts(5, 10, 20, 50, 100, 200, 500);
    return new Named(
        "history length", ranges.labels(), (c, history) -> ranges.part(history.length()));
  }

  private Slicing byPopularity(int items) {
    PopularityGroups groups = new PopularityGroups(protocol.popularity(items));
    return new Named(
        "target's popularity",
        PopularityGroups.LABELS,
        (c, history) -> groups.of(protocol.targetItem(c)));
  }

  /// One part an action, or quarters of the cases by action; nothing where all are the same.
  private List<Slicing> byAction() {
    TreeSet<Float> distinct = new TreeSet<>();
    for (int c = 0; c < protocol.cases() && distinct.size() <= MOST_ACTIONS; c++) {
      distinct.add(action(c));
    }
    if (distinct.size() < 2) {
      return List.of();
    }
    float[] lows = distinct.size() > MOST_ACTIONS ? quarters() : floats(List.copyOf(distinct));
    List<String> labels = new ArrayList<>();
    for (float low : lows) {
      String number = new BigDecimal(Float.toString(low)).stripTrailingZeros().toPlainString();
      labels.add(distinct.size() > MOST_ACTIONS ? "from " + number : number);
    }
    return List.of(
        new Named("target's action", labels, (c, history) -> lastAtMost(lows, action(c))));
  }

  private float action(int c) {
    return log.actions()[protocol.targetEvent(c)];
  }

  /// Least action of each quarter of the cases, ascending and distinct.
  private float[] quarters() {
    float[] sorted = new float[protocol.cases()];
    for (int c = 0; c < sorted.length; c++) {
      sorted[c] = action(c);
    }
    Arrays.sort(sorted);
    TreeSet<Float> lows = new TreeSet<>();
    for (int q = 0; q < QUARTERS; q++) {
      lows.add(sorted[(int) ((long) q * sorted.length / QUARTERS)]);
    }
    return floats(List.copyOf(lows));
  }

  private static float[] floats(List<Float> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return floats;
  }

  private static int lastAtMost(float[] lows, float value) {
    int part = 0;
    while (part + 1 < lows.length && lows[part + 1] <= value) {
      part++;
    }
    return part;
  }

  /// From the item's first event of anybody to the target: what a service would call its age.
  private Slicing byItemAge(int items) {
    long[] first = new long[items + 1];
    Arrays.fill(first, Long.MAX_VALUE);
    IntStream.range(0, log.events())
        .forEach(e -> first[log.items()[e]] = Math.min(first[log.items()[e]], log.times()[e]));
    Ranges ranges = Ranges.ages();
    return new Named(
        "target item's age",
        ranges.labels(),
        (c, history) -> ranges.part(targetTime(c) - first[protocol.targetItem(c)]));
  }

  /// From the last event of the history to the target.
  private Slicing byRecency() {
    Ranges ranges = Ranges.ages();
    return new Named(
        "user came back",
        ranges.labels(),
        (c, history) -> ranges.part(targetTime(c) - history.times()[history.length() - 1]));
  }

  private long targetTime(int c) {
    return log.times()[protocol.targetEvent(c)];
  }
}
