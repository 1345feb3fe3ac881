package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.compute.torch.PaddedExamples;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.SeriesColumn;
import dev.hstu.encoder.sequence.SeriesEntries;
import dev.hstu.encoder.sequence.SeriesLog;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Which events become examples and which of them targets, on a user of twelve events (items 1..12)
/// and one of three (items 21..23).
class ExampleSettingsTest {

  private static final int EPOCHS = 2_000;

  private final InteractionLog log =
      new InteractionLog(
          new long[] {0, 12, 15},
          IntStream.concat(IntStream.rangeClosed(1, 12), IntStream.rangeClosed(21, 23)).toArray(),
          IntStream.range(0, 15).asLongStream().toArray(),
          new float[] {5, 1, 4, 3, 2, 5, 5, 5, 5, 5, 5, 5, 1, 1, 4});

  /// A window of four leaves the targets 5..11: the twelfth event is held out.
  @Test
  void anEarlierWindowIsFullAndEndsBeforeWhatIsHeldOut() {
    TrainingExamples examples = examples(4, ExampleSettings.PUBLIC.withEarlierWindows(0.5));
    Set<Long> met = new HashSet<>();
    int newest = 0;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      PaddedExamples long0 = padded(examples.of(epoch), 0);
      assertThat(long0.length()).isEqualTo(4);
      assertThat(long0.items()[4]).isEqualTo(long0.items()[0] + 4);
      met.add(long0.items()[4]);
      newest += long0.items()[4] == 11 ? 1 : 0;
      assertThat(padded(examples.of(epoch), 1).items()).containsExactly(21, 22);
    }
    assertThat(met).containsExactlyInAnyOrder(5L, 6L, 7L, 8L, 9L, 10L, 11L);
    // Half the epochs, and of the others each seventh.
    assertThat(newest / (double) EPOCHS).isCloseTo(0.5 + 0.5 / 7, within(0.04));
  }

  @Test
  void anEpochHasTheSameExamplesWheneverItIsAskedFor() {
    TrainingExamples examples = examples(4, ExampleSettings.PUBLIC.withEarlierWindows(0.5));
    assertThat(examples.of(7).targets()).isEqualTo(examples.of(7).targets());
  }

  /// `Nmax = 10`, `α = 1.4`: longer than `10^0.7 = 5.01` is cut to 5 with probability
  /// `1 - 10^1.4 / 10^2 = 0.7488`.
  @Test
  void stochasticLengthCutsLongWindowsToTheirNewestEvents() {
    TrainingExamples examples = examples(10, ExampleSettings.PUBLIC.withStochasticLength(1.4));
    int cut = 0;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      PaddedExamples long0 = padded(examples.of(epoch), 0);
      assertThat(long0.length()).isIn(5, 10);
      assertThat(long0.items()[long0.length()]).isEqualTo(11);
      cut += long0.length() == 5 ? 1 : 0;
      assertThat(padded(examples.of(epoch), 1).length()).isEqualTo(1);
    }
    assertThat(cut / (double) EPOCHS).isCloseTo(0.7488, within(0.03));
  }

  @Test
  void anEventOfALowActionIsInputAndNoTarget() {
    EpochExamples epoch = examples(10, ExampleSettings.PUBLIC.withLeastAction(3)).of(0);
    PaddedExamples long0 = padded(epoch, 0);
    assertThat(long0.items()).startsWith(1, 2, 3, 4, 5, 6);
    assertThat(long0.weights()).containsExactly(0, 1, 1, 0, 1, 1, 1, 1, 1, 1);
    assertThat(epoch.supervised(0)).isEqualTo(8);
    assertThat(epoch.supervised(1)).isZero();
  }

  /// A user of five events (items 1..5, at 10, 20, 30, 40 and 50, the last held out) whose age (row
  /// 6 or 7) is known from the beginning and whose town (8 or 9) changes twice, once with an event.
  @Test
  void slowSeriesAreTokensWithoutTargets() {
    SeriesLog series =
        new SeriesLog(
            List.of(
                new SeriesColumn("age", List.of("young", "old")),
                new SeriesColumn("town", List.of("Bern", "Zug"))),
            new long[] {0, 4},
            new int[] {0, 1, 1, 1},
            new int[] {7, 8, 9, 8},
            new long[] {SeriesEntries.ALWAYS, 20, 35, 45});
    InteractionLog described =
        new InteractionLog(
            new long[] {0, 5},
            new int[] {1, 2, 3, 4, 5},
            new long[] {10, 20, 30, 40, 50},
            new float[] {5, 5, 1, 5, 5},
            series);
    ExampleSettings liked = ExampleSettings.PUBLIC.withLeastAction(3);
    EpochExamples whole = described(described, 10, liked);
    PaddedExamples all = padded(whole, 0);
    assertThat(all.items()).containsExactly(7, 1, 8, 2, 3, 9, 4);
    assertThat(all.times()).containsExactly(10, 10, 20, 20, 30, 35, 40);
    assertThat(all.weights()).containsExactly(1, 0, 1, 0, 0, 1);
    assertThat(whole.length(0)).isEqualTo(6);
    assertThat(whole.supervised(0)).isEqualTo(3);
    EpochExamples cut = described(described, 4, liked);
    PaddedExamples newest = padded(cut, 0);
    assertThat(newest.items()).containsExactly(7, 8, 3, 9, 4);
    assertThat(newest.times()).containsExactly(20, 20, 30, 35, 40);
    assertThat(newest.weights()).containsExactly(0, 0, 0, 1);
    assertThat(cut.supervised(0)).isEqualTo(1);
  }

  private static EpochExamples described(
      InteractionLog log, int maxEvents, ExampleSettings settings) {
    return new TrainingExamples(
            log,
            new HistoryWindow(maxEvents, 1),
            1,
            settings,
            ModelFeatures.NONE.withSeries(log.series().columns()),
            new RandomStreams(1))
        .of(0);
  }

  private TrainingExamples examples(int maxEvents, ExampleSettings settings) {
    return new TrainingExamples(
        log,
        new HistoryWindow(maxEvents, 1),
        1,
        settings,
        ModelFeatures.NONE,
        new RandomStreams(5));
  }

  private static PaddedExamples padded(EpochExamples epoch, int example) {
    return epoch.padded(
        new int[] {example},
        EpochNegatives.of(NegativeSampling.PER_USER, 1, 30, epoch).of(new int[0]),
        new SplittableRandom(1));
  }
}
