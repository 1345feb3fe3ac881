package dev.hstu.encoder.training;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// What the targets of an epoch's steps are told from, and what is added to a negative's logit for
/// being drawn more often than others.
///
/// [NegativeSampling#IN_BATCH] draws `R` of a step's targets, with replacement, so that over an
/// epoch item `j` is drawn with its share `q_j` of all targets. Each draw's logit gets
/// `-log(R · q_j)` (log-Q correction, Bengio and Senécal 2008; Yi et al. 2019): the sum over the
/// draws then has the expectation of the sum over every other item, as the full softmax has it. The
/// positive, which is there without being drawn, is left as it is.
final class EpochNegatives {

  private final NegativeSampling sampling;
  private final int perPosition;
  private final int items;
  private final EpochExamples examples;

  /// `-log(R · q_j)` of each item row, empty where nothing is added.
  private final float[] corrections;

  private EpochNegatives(
      NegativeSampling sampling,
      int perPosition,
      int items,
      EpochExamples examples,
      float[] corrections) {
    this.sampling = sampling;
    this.perPosition = perPosition;
    this.items = items;
    this.examples = examples;
    this.corrections = corrections;
  }

  /// @param perPosition `R`
  /// @param items `V`
  static EpochNegatives of(
      NegativeSampling sampling, int perPosition, int items, EpochExamples examples) {
    float[] corrections =
        sampling == NegativeSampling.IN_BATCH
            ? corrections(examples, perPosition, items)
            : new float[0];
    return new EpochNegatives(sampling, perPosition, items, examples, corrections);
  }

  private static float[] corrections(EpochExamples examples, int perPosition, int items) {
    long[] counts = new long[items + 1];
    long all = 0;
    for (int example = 0; example < examples.count(); example++) {
      for (int target : examples.targetItems(example)) {
        counts[target]++;
        all++;
      }
    }
    float[] corrections = new float[items + 1];
    for (int item = 1; item <= items; item++) {
      // An item that is no target is never drawn.
      corrections[item] =
          counts[item] == 0 ? 0 : (float) -Math.log(perPosition * (counts[item] / (double) all));
    }
    return corrections;
  }

  /// Those of one step.
  ///
  /// @param batch its examples
  Step of(int[] batch) {
    return new Step(
        sampling == NegativeSampling.IN_BATCH
            ? Arrays.stream(batch)
                .flatMap(example -> IntStream.of(examples.targetItems(example)))
                .toArray()
            : new int[0]);
  }

  /// The negatives of one step, whose micro-batches draw from the same targets.
  final class Step {

    private final int[] targets;

    private Step(int[] targets) {
      this.targets = targets;
    }

    /// `R`, or 0 where no negatives are drawn.
    int perPosition() {
      return sampling == NegativeSampling.ALL_ITEMS ? 0 : perPosition;
    }

    /// Draws for a micro-batch: item rows, `R` for each user or for each position.
    ///
    /// @param length positions of a user, padding included
    long[] draw(int users, int length, SplittableRandom random) {
      int draws = sampling == NegativeSampling.PER_POSITION ? users * length : users;
      long count = (long) draws * perPosition();
      if (sampling != NegativeSampling.IN_BATCH) {
        return random.longs(count, 1, items + 1L).toArray();
      }
      // A step without a target has no loss: what its positions are told from is no matter.
      return targets.length == 0
          ? random.longs(count, 1, items + 1L).toArray()
          : random.ints(count, 0, targets.length).mapToLong(at -> targets[at]).toArray();
    }

    /// What is added to the logit of each of `drawn`, empty for nothing.
    float[] corrections(long[] drawn) {
      if (corrections.length == 0) {
        return corrections;
      }
      float[] added = new float[drawn.length];
      for (int i = 0; i < added.length; i++) {
        added[i] = corrections[(int) drawn[i]];
      }
      return added;
    }
  }
}
