package dev.hstu.index.tune;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.index.search.ItemIndex;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Chooses the index that reaches a goal fastest, by measuring on samples of the very vectors.
///
/// Every candidate is built over a small sample; those that reach the recall in a time not far from
/// the fastest go on to one [TuningSettings#SAMPLE_RATIO] times larger. The two give each a power
/// law in the number of items, by which its times are extrapolated; recall is not: once all items
/// are indexed, [#calibrate] finds the search that reaches it there.
public final class Autopilot {

  /// What takes so many times the fastest on the small sample doesn't go on to the larger one.
  private static final double GOES_ON_WITHIN = 4;

  /// Most candidates that go on. One of each type always does, since types differ in slope.
  private static final int MAX_FINALISTS = 5;

  /// Heap and code of a process that serves, without items.
  private static final long FIXED_RAM_BYTES = 300L << 20;

  /// Ids, their look-up table, popularity and the row map: what an item takes beside its vector.
  private static final int ITEM_RAM_BYTES = 32;

  private final VectorMatrix vectors;
  private final List<float[]> queries;
  private final TuningGoal goal;
  private final TuningSettings settings;
  private final Path scratch;
  private final TuningListener listener;
  private final List<MeasuredIndex> measured = new ArrayList<>();

  private Autopilot(
      VectorMatrix vectors,
      List<float[]> queries,
      TuningGoal goal,
      TuningSettings settings,
      Path scratch,
      TuningListener listener) {
    this.vectors = vectors;
    this.queries = queries;
    this.goal = goal;
    this.settings = settings;
    this.scratch = scratch;
    this.listener = listener;
  }

  /// Tunes.
  ///
  /// @param vectors of all items; the samples are drawn from them and held outside the heap
  /// @param queries like those to come, float `[dimension]` each; where empty, stand-ins are made
  ///     of sampled items
  /// @param scratch folder to build in, made and deleted again
  public static Tuning tune(
      VectorMatrix vectors,
      List<float[]> queries,
      TuningGoal goal,
      TuningSettings settings,
      Path scratch,
      TuningListener listener)
      throws IOException {
    if (vectors.rows() == 0) {
      throw new IllegalArgumentException("there is no item to tune for");
    }
    long start = System.nanoTime();
    boolean standIns = queries.isEmpty();
    List<float[]> asked = standIns ? StandInQueries.of(vectors, settings.seed()) : queries;
    Autopilot autopilot = new Autopilot(vectors, asked, goal, settings, scratch, listener);
    List<TunedOption> options = autopilot.options();
    return new Tuning(
        goal,
        vectors.rows(),
        vectors.dimension(),
        asked.size(),
        standIns,
        autopilot.measured,
        options,
        (System.nanoTime() - start) / 1e9);
  }

  /// Finds the cheapest search of a whole index that promises the goal's recall on fresh queries.
  ///
  /// @param exact over the same vectors
  /// @param queries like those to come; where empty, stand-ins are made of items
  /// @return the search with its measurement; the most thorough one where none promises the recall
  public static SearchPoint calibrate(
      ItemIndex index,
      IndexSettings settings,
      ExactScan exact,
      VectorMatrix vectors,
      List<float[]> queries,
      TuningGoal goal) {
    List<float[]> asked = queries.isEmpty() ? StandInQueries.of(vectors, 1) : queries;
    QuerySample sample = QuerySample.of(exact, asked, goal.k());
    return SearchLadder.climb(index, settings, sample, goal).getLast();
  }

  private List<TunedOption> options() throws IOException {
    if (vectors.rows() <= settings.sampleRows()) {
      List<TunedOption> whole = new ArrayList<>();
      for (MeasuredIndex one : measureAll(settings.candidates(), vectors)) {
        whole.add(option(one, one));
      }
      return judged(whole);
    }
    int smallRows = settings.sampleRows() / TuningSettings.SAMPLE_RATIO;
    List<MeasuredIndex> small;
    try (Arena arena = Arena.ofShared()) {
      small = measureAll(settings.candidates(), sample(smallRows, arena));
    }
    List<MeasuredIndex> large;
    try (Arena arena = Arena.ofShared()) {
      large = measureAll(finalists(small), sample(settings.sampleRows(), arena));
    }
    Map<IndexSettings, MeasuredIndex> bySettings = new HashMap<>();
    small.forEach(one -> bySettings.put(one.settings(), one));
    List<TunedOption> options = new ArrayList<>();
    for (MeasuredIndex one : large) {
      options.add(option(bySettings.get(one.settings()), one));
    }
    return judged(options);
  }

  private List<MeasuredIndex> measureAll(List<IndexSettings> candidates, VectorMatrix sample)
      throws IOException {
    QuerySample asked = QuerySample.of(new ExactScan(sample), queries, goal.k());
    List<MeasuredIndex> results = new ArrayList<>();
    for (IndexSettings candidate : candidates) {
      int total = settings.candidates().size() + MAX_FINALISTS;
      listener.measuring(measured.size(), total, candidate, sample.rows());
      MeasuredIndex one =
          MeasuredIndex.measure(sample, candidate, asked, goal, settings.workers(), scratch);
      results.add(one);
      measured.add(one);
    }
    return results;
  }

  private List<IndexSettings> finalists(List<MeasuredIndex> small) {
    List<MeasuredIndex> fastestFirst = new ArrayList<>(small);
    fastestFirst.sort(
        Comparator.comparing((MeasuredIndex one) -> !one.best().promises(goal.recall()))
            .thenComparingDouble(one -> one.best().p50Micros()));
    double limit = GOES_ON_WITHIN * fastestFirst.getFirst().best().p50Micros();
    List<IndexSettings> finalists = new ArrayList<>();
    for (IndexType type : IndexType.values()) {
      fastestFirst.stream()
          .map(MeasuredIndex::settings)
          .filter(one -> one.type() == type)
          .findFirst()
          .ifPresent(finalists::add);
    }
    for (MeasuredIndex one : fastestFirst) {
      if (finalists.size() < MAX_FINALISTS
          && one.best().p50Micros() <= limit
          && !finalists.contains(one.settings())) {
        finalists.add(one.settings());
      }
    }
    return finalists;
  }

  /// Extrapolates to all items; two equal measurements are those of all items.
  private TunedOption option(MeasuredIndex small, MeasuredIndex large) {
    int items = vectors.rows();
    SearchPoint before = small.best();
    SearchPoint best = large.best();
    double beside = ITEM_RAM_BYTES + rescoredBytesPerItem(large.settings());
    return new TunedOption(
        large.settings().withSearch(best.search()),
        best.recall(),
        best.recallError(),
        extrapolate(small, large, before.p50Micros(), best.p50Micros()),
        extrapolate(small, large, before.p99Micros(), best.p99Micros()),
        FIXED_RAM_BYTES + (long) (items * (large.bytesPerItem() + beside)),
        FIXED_RAM_BYTES + (long) (items * (large.codedBytesPerItem() + ITEM_RAM_BYTES)),
        extrapolate(
            small,
            large,
            Math.max(1e-6, small.buildSeconds()),
            Math.max(1e-6, large.buildSeconds())),
        best.promises(goal.recall())
            ? TunedOption.Outcome.MEETS_GOAL
            : TunedOption.Outcome.MISSES_RECALL);
  }

  /// Graphs score what they found with the item-vector file, the exact scan reads nothing else;
  /// partitions have vectors of their own.
  private double rescoredBytesPerItem(IndexSettings index) {
    return index.type() == IndexType.PARTITIONS ? 0 : (double) vectors.dimension() * Float.BYTES;
  }

  private double extrapolate(MeasuredIndex small, MeasuredIndex large, double before, double now) {
    if (small.rows() == large.rows()) {
      return now;
    }
    return PowerLaw.through(small.rows(), before, large.rows(), now).at(vectors.rows());
  }

  private List<TunedOption> judged(List<TunedOption> options) {
    List<TunedOption> judged = new ArrayList<>();
    for (TunedOption option : options) {
      judged.add(option.withOutcome(outcome(option)));
    }
    judged.sort(Comparator.comparingDouble(TunedOption::p50Micros));
    for (int i = 0; i < judged.size(); i++) {
      if (judged.get(i).outcome() == TunedOption.Outcome.MEETS_GOAL) {
        judged.set(i, judged.get(i).withOutcome(TunedOption.Outcome.CHOSEN));
        break;
      }
    }
    return judged;
  }

  private TunedOption.Outcome outcome(TunedOption option) {
    if (option.outcome() == TunedOption.Outcome.MISSES_RECALL) {
      return option.outcome();
    }
    if (goal.ramBytes() > 0 && option.codedRamBytes() > goal.ramBytes()) {
      return TunedOption.Outcome.EXCEEDS_RAM;
    }
    if (goal.p99Millis() > 0 && option.p99Micros() > goal.p99Millis() * 1e3) {
      return TunedOption.Outcome.EXCEEDS_P99;
    }
    return TunedOption.Outcome.MEETS_GOAL;
  }

  /// Distinct rows in their order.
  private VectorMatrix sample(int rows, Arena arena) {
    long rowBytes = (long) vectors.dimension() * Float.BYTES;
    MemorySegment data = arena.allocate(rows * rowBytes, Long.BYTES);
    long offset = 0;
    for (int row :
        RowSample.of(vectors.rows(), rows, new SplittableRandom(settings.seed() + rows))) {
      MemorySegment.copy(vectors.data(), vectors.offsetBytes(row), data, offset, rowBytes);
      offset += rowBytes;
    }
    return new VectorMatrix(data.asReadOnly(), rows, vectors.dimension());
  }
}
