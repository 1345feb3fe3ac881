package dev.hstu.retrieval.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.SplittableRandom;

/// A made-up interaction log with known truth, for the demo and for tests: users with a few
/// drifting tastes, sessions, popularity (Zipf), items that arrive over the year, and next items
/// that follow from the last ones ([SimulatedUser] writes the mixture down). Seeded: the same
/// settings give the same world, byte for byte.
///
/// Nobody interacts with an item twice.
public final class SimulatedWorld {

  /// Spread of the users' numbers of events (standard deviation of their logarithm).
  private static final double LENGTH_SPREAD = 0.5;

  /// Bound on the users whose last event is ranked for the truth, since each costs a pass over all
  /// items; shares over so many are known to half a percent.
  static final int MAX_RANKED_USERS = 10_000;

  /// Bound on users times items ranked for it, which take some 20 ns each: with a million items
  /// 2,000 users are ranked, and the world takes a minute instead of several.
  private static final long MAX_RANKED_SCORES = 2_000_000_000L;

  private final WorldSettings settings;
  private final WorldItems items;
  private final SimulatedLog log;
  private final WorldTruth truth;

  private SimulatedWorld(
      WorldSettings settings, WorldItems items, SimulatedLog log, WorldTruth truth) {
    this.settings = settings;
    this.items = items;
    this.log = log;
    this.truth = truth;
  }

  /// Makes the whole world in memory, about 25 bytes an event.
  public static SimulatedWorld generate(WorldSettings settings) {
    SplittableRandom seed = new SplittableRandom(settings.seed());
    WorldItems items = new WorldItems(settings, seed.split());
    SimulatedLog log = new SimulatedLog(lengths(settings, seed.split()));
    WorldTruth.HitCounter oracle = new WorldTruth.HitCounter();
    double[] probabilities = new double[items.count()];
    for (int user = 0; user < log.users(); user++) {
      SimulatedUser person = new SimulatedUser(items, seed.split());
      int lastEvent = log.end(user) - 1;
      for (int event = log.start(user); event < lastEvent; event++) {
        record(person, user, log);
      }
      if (user < rankedUsers(log, items.count())) {
        oracle.add(rankOfLast(person, user, log, probabilities));
      } else {
        record(person, user, log);
      }
    }
    return new SimulatedWorld(
        settings,
        items,
        log,
        new WorldTruth(
            rankedUsers(log, items.count()), oracle.shares(), popularity(log, items.count())));
  }

  /// Writes `interactions.csv.gz`, `items.csv` and `truth.json` into the new folder `out`, all of
  /// it or nothing.
  ///
  /// @param overwrite whether an existing `out` is replaced
  /// @throws UnusableInputException when `out` exists and may not be replaced
  public void write(Path out, boolean overwrite) throws IOException {
    WorldFiles.write(this, out, overwrite);
  }

  public WorldSettings settings() {
    return settings;
  }

  /// The ceiling and the floor for a model of this world.
  public WorldTruth truth() {
    return truth;
  }

  public int events() {
    return log.events();
  }

  WorldItems items() {
    return items;
  }

  SimulatedLog log() {
    return log;
  }

  private static int rankedUsers(SimulatedLog log, int items) {
    return (int) Math.min(Math.min(MAX_RANKED_USERS, log.users()), MAX_RANKED_SCORES / items);
  }

  private static void record(SimulatedUser person, int user, SimulatedLog log) {
    person.advance();
    drawInto(person, user, log);
  }

  private static int drawInto(SimulatedUser person, int user, SimulatedLog log) {
    int item = person.draw();
    log.add(user, item, person.rate(item), person.nowSeconds());
    return item;
  }

  private static int rankOfLast(
      SimulatedUser person, int user, SimulatedLog log, double[] probabilities) {
    person.advance();
    person.probabilities(probabilities);
    BitSet seenBefore = (BitSet) person.seen().clone();
    return rank(probabilities, drawInto(person, user, log), seenBefore);
  }

  private static double[] popularity(SimulatedLog log, int itemCount) {
    double[] counts = log.countsWithoutLast(itemCount);
    WorldTruth.HitCounter hits = new WorldTruth.HitCounter();
    BitSet seen = new BitSet(itemCount);
    for (int user = 0; user < rankedUsers(log, itemCount); user++) {
      log.seenBeforeLast(user, seen);
      hits.add(rank(counts, log.item(log.end(user) - 1), seen));
    }
    return hits.shares();
  }

  /// Rank of `target` from 1 among the items not in `excluded`, by descending score, ties by row.
  private static int rank(double[] scores, int target, BitSet excluded) {
    int better = 0;
    for (int item = 0; item < scores.length; item++) {
      boolean ahead =
          scores[item] > scores[target] || (scores[item] == scores[target] && item < target);
      better += ahead && !excluded.get(item) ? 1 : 0;
    }
    return better + 1;
  }

  private static int[] lengths(WorldSettings settings, SplittableRandom random) {
    int mean = settings.eventsPerUser();
    int least = Math.max(3, mean / 3);
    int[] lengths = new int[settings.users()];
    for (int user = 0; user < lengths.length; user++) {
      // The logarithm's mean is lowered so that the mean of the lengths is the one asked for.
      double logarithm = LENGTH_SPREAD * random.nextGaussian() - LENGTH_SPREAD * LENGTH_SPREAD / 2;
      lengths[user] = (int) Math.clamp(Math.round(mean * Math.exp(logarithm)), least, 3L * mean);
    }
    return lengths;
  }
}
