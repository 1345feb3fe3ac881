package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.compute.torch.PaddedExamples;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.InteractionLog;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a user's example is, with events held out and windows cut.
class TrainingExamplesTest {

  /// Users of 5, 1, 2 and 3 events; items 10·user + position, times likewise.
  private final InteractionLog log =
      new InteractionLog(
          new long[] {0, 5, 6, 8, 11},
          new int[] {1, 2, 3, 4, 5, 11, 21, 22, 31, 32, 33},
          new long[] {1, 2, 3, 4, 5, 11, 21, 22, 31, 32, 33},
          new float[11]);

  @ParameterizedTest
  @CsvSource({"0, 3, 1", "1, 2, 2", "2, 1, 3"})
  void aUserNeedsAHistoryATargetAndWhatIsHeldOut(int holdOut, int count, int skipped) {
    TrainingExamples examples = examples(4, holdOut);
    assertThat(examples.count()).isEqualTo(count);
    assertThat(examples.skippedUsers()).isEqualTo(skipped);
  }

  @Test
  void theTargetIsTheNewestEventNotHeldOut() {
    PaddedExamples all = padded(0, 4);
    assertThat(all.items()).containsExactly(1, 2, 3, 4, 5, 31, 32, 33, 0, 0);
    assertThat(all.times()).containsExactly(1, 2, 3, 4, 5, 31, 32, 33, 0, 0);
    assertThat(all.weights()).containsExactly(1, 1, 1, 1, 1, 1, 0, 0);
    PaddedExamples leaveOneOut = padded(1, 4);
    assertThat(leaveOneOut.items()).containsExactly(1, 2, 3, 4, 31, 32, 0, 0);
    assertThat(leaveOneOut.weights()).containsExactly(1, 1, 1, 1, 0, 0);
  }

  @Test
  void theWindowIsThatOfTheEventsBeforeTheTarget() {
    assertThat(padded(0, 2).items()).containsExactly(3, 4, 5, 31, 32, 33);
  }

  @Test
  void negativesAreItemsOfTheCatalogueAllOfThemMet() {
    EpochExamples examples = examples(4, 0).of(0);
    PaddedExamples perUser = padded(examples, 7, 400, NegativeSampling.PER_USER);
    assertThat(perUser.negatives()).hasSize(2 * 400).containsOnly(1, 2, 3, 4, 5, 6, 7);
    PaddedExamples perPosition = padded(examples, 7, 400, NegativeSampling.PER_POSITION);
    assertThat(perPosition.negatives()).hasSize(2 * 4 * 400);
  }

  /// The first and the last user side by side.
  private PaddedExamples padded(int holdOut, int maxEvents) {
    TrainingExamples examples = examples(maxEvents, holdOut);
    EpochExamples epoch = examples.of(0);
    return epoch.padded(
        new int[] {0, examples.count() - 1},
        EpochNegatives.of(NegativeSampling.PER_USER, 3, 40, epoch).of(new int[0]),
        new SplittableRandom(1));
  }

  private static PaddedExamples padded(
      EpochExamples epoch, int items, int negatives, NegativeSampling sampling) {
    return epoch.padded(
        new int[] {0, 2},
        EpochNegatives.of(sampling, negatives, items, epoch).of(new int[0]),
        new SplittableRandom(1));
  }

  private TrainingExamples examples(int maxEvents, int holdOut) {
    return new TrainingExamples(
        log,
        new HistoryWindow(maxEvents, 1),
        holdOut,
        ExampleSettings.PUBLIC,
        ModelFeatures.NONE,
        new RandomStreams(1));
  }
}
