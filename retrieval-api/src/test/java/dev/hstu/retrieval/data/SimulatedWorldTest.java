package dev.hstu.retrieval.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Proves that a simulated world is a function of its settings, and that what it plants is there:
/// weak popularity, a strong truth, sessions, births, no repeats.
class SimulatedWorldTest {

  private static final WorldSettings SMALL = new WorldSettings(200, 400, 20, 7);

  private static SimulatedWorld demo;

  @BeforeAll
  static void makeDemo() {
    demo = SimulatedWorld.generate(WorldSettings.DEMO);
  }

  @Test
  void sameSeedGivesTheSameBytesAndAnotherSeedOthers(@TempDir Path folder) throws IOException {
    SimulatedWorld.generate(SMALL).write(folder.resolve("a"), false);
    SimulatedWorld.generate(SMALL).write(folder.resolve("b"), false);
    SimulatedWorld.generate(new WorldSettings(200, 400, 20, 8)).write(folder.resolve("c"), false);

    assertThat(Files.readAllLines(folder.resolve("a").resolve("items.csv"))).hasSize(1 + 400);
    for (String file : List.of("interactions.csv.gz", "items.csv", "truth.json")) {
      byte[] bytes = Files.readAllBytes(folder.resolve("a").resolve(file));
      assertThat(folder.resolve("b").resolve(file)).hasBinaryContent(bytes);
      assertThat(Files.readAllBytes(folder.resolve("c").resolve(file))).isNotEqualTo(bytes);
    }
  }

  @Test
  void writingLeavesNothingBesideAndReplacesOnlyWhenAsked(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("world");
    SimulatedWorld world = SimulatedWorld.generate(SMALL);
    world.write(out, false);
    Files.writeString(out.resolve("truth.json"), "old");

    assertThatThrownBy(() -> world.write(out, false))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining("--overwrite");
    assertThat(out.resolve("truth.json")).hasContent("old");

    world.write(out, true);
    assertThat(Files.readString(out.resolve("truth.json"))).contains("oracle_hr");
    try (Stream<Path> entries = Files.list(folder)) {
      assertThat(entries).containsExactly(out);
    }
  }

  @Test
  void popularityIsWeakAndTheTruthIsSeveralTimesBetter() {
    assertThat(demo.truth().popularityHr100()).isBetween(0.08, 0.20);
    assertThat(demo.truth().oracleHr100())
        .isGreaterThan(4 * demo.truth().popularityHr100())
        .isLessThan(0.99);
    assertThat(demo.events()).isBetween(120_000, 150_000);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void otherSeedsPlantTheSame(long seed) {
    WorldTruth truth = SimulatedWorld.generate(new WorldSettings(1_500, 2_000, 45, seed)).truth();

    assertThat(truth.popularityHr100()).isBetween(0.07, 0.20);
    assertThat(truth.oracleHr100()).isGreaterThan(4 * truth.popularityHr100());
  }

  @Test
  void nobodyMeetsAnItemTwiceOrBeforeItsBirthAndTimesRise() {
    SimulatedLog log = demo.log();
    BitSet seen = new BitSet();
    for (int user = 0; user < log.users(); user++) {
      seen.clear();
      for (int event = log.start(user); event < log.end(user); event++) {
        assertThat(seen.get(log.item(event))).isFalse();
        seen.set(log.item(event));
        assertThat(log.timeSeconds(event))
            .isGreaterThanOrEqualTo(demo.items().birthSeconds(log.item(event)));
        if (event > log.start(user)) {
          assertThat(log.timeSeconds(event)).isGreaterThan(log.timeSeconds(event - 1));
        }
      }
    }
  }

  @Test
  void itemsArriveOverTheYear() {
    long begin = WorldItems.BEGIN_SECONDS;
    long arriving =
        Stream.iterate(0, i -> i + 1)
            .limit(demo.items().count())
            .filter(i -> demo.items().birthSeconds(i) > begin)
            .count();

    assertThat(arriving / (double) demo.items().count()).isCloseTo(0.3, within(0.05));
  }

  @Test
  void insideASessionTheNextItemFollowsFromTheLast() {
    SimulatedLog log = demo.log();
    int pairs = 0;
    int sameTopic = 0;
    int successors = 0;
    for (int event = 1; event < log.events(); event++) {
      boolean session =
          log.user(event) == log.user(event - 1)
              && log.timeSeconds(event) - log.timeSeconds(event - 1) < 3_600;
      if (session) {
        int last = log.item(event - 1);
        int next = log.item(event);
        pairs++;
        sameTopic += demo.items().topic(last) == demo.items().topic(next) ? 1 : 0;
        successors +=
            Arrays.stream(demo.items().successorsOf(last).items()).anyMatch(i -> i == next) ? 1 : 0;
      }
    }
    assertThat(sameTopic / (double) pairs).isBetween(0.6, 0.95);
    assertThat(successors / (double) pairs).isBetween(0.25, 0.55);
  }

  @Test
  void theDistributionWrittenDownIsTheOneDrawnFrom() {
    WorldItems items = new WorldItems(new WorldSettings(1, 200, 20, 5), new SplittableRandom(5));
    double[] probabilities = new double[items.count()];
    int draws = 20_000;
    double expectedOnEven = 0;
    int drawnOnEven = 0;
    double expectedOnLikely = 0;
    int drawnOnLikely = 0;
    for (int n = 0; n < draws; n++) {
      SimulatedUser user = new SimulatedUser(items, new SplittableRandom(n));
      for (int event = 0; event < 1 + n % 6; event++) {
        user.advance();
        user.draw();
      }
      user.advance();
      user.probabilities(probabilities);
      int drawn = user.draw();

      assertThat(Arrays.stream(probabilities).sum()).isCloseTo(1, within(1e-9));
      assertThat(probabilities[drawn]).isPositive();
      for (int item = 0; item < items.count(); item++) {
        expectedOnEven += item % 2 == 0 ? probabilities[item] : 0;
        expectedOnLikely += probabilities[item] > 0.05 ? probabilities[item] : 0;
      }
      drawnOnEven += drawn % 2 == 0 ? 1 : 0;
      drawnOnLikely += probabilities[drawn] > 0.05 ? 1 : 0;
    }
    assertThat(drawnOnEven / (double) draws).isCloseTo(expectedOnEven / draws, within(0.012));
    assertThat(drawnOnLikely / (double) draws).isCloseTo(expectedOnLikely / draws, within(0.012));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0,400,20", "10,100,20", "10,400,3", "1000000,1000000,1000"})
  void settingsOutsideTheirBoundsAreRefusedByName(String numbers) {
    int[] n = Arrays.stream(numbers.split(",")).mapToInt(Integer::parseInt).toArray();

    assertThatThrownBy(() -> new WorldSettings(n[0], n[1], n[2], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(users|items|events-per-user)=.*");
  }
}
