package dev.hstu.encoder.training;

import java.util.SplittableRandom;

/// Random numbers of a training, each stream named by its purpose and its place in the run, so that
/// a run that starts anew at any step draws what an uninterrupted one would have drawn, with no
/// generator state to keep.
record RandomStreams(long seed) {

  private enum Purpose {
    INITIAL_WEIGHTS(0),
    ORDER(1),
    NEGATIVES(2),
    DROPOUT(3),
    NEW_ITEMS(4),
    WINDOWS(5),
    OWN_EMBEDDINGS(6),
    LONG_USERS(7);

    /// Goes into the seed, so it stays with its purpose for good.
    private final long number;

    Purpose(long number) {
      this.number = number;
    }
  }

  SplittableRandom initialWeights() {
    return stream(Purpose.INITIAL_WEIGHTS);
  }

  /// Embeddings of items that a model to start from doesn't know.
  SplittableRandom newItems() {
    return stream(Purpose.NEW_ITEMS);
  }

  /// The order of users in an epoch.
  SplittableRandom order(int epoch) {
    return stream(Purpose.ORDER, epoch);
  }

  /// The windows of users in an epoch.
  SplittableRandom windows(int epoch) {
    return stream(Purpose.WINDOWS, epoch);
  }

  /// Which long users an epoch meets.
  SplittableRandom longUsers(int epoch) {
    return stream(Purpose.LONG_USERS, epoch);
  }

  /// Which items' own embeddings a step leaves out.
  SplittableRandom ownEmbeddings(long step) {
    return stream(Purpose.OWN_EMBEDDINGS, step);
  }

  /// Negatives of one micro-batch of a step.
  SplittableRandom negatives(long step, int microBatch) {
    return stream(Purpose.NEGATIVES, step, microBatch);
  }

  /// Dropout of one micro-batch of a step.
  SplittableRandom dropout(long step, int microBatch) {
    return stream(Purpose.DROPOUT, step, microBatch);
  }

  /// Neighbouring seeds, purposes and places give unrelated streams: each number is mixed before
  /// the next is added.
  private SplittableRandom stream(Purpose purpose, long... place) {
    long mixed = new SplittableRandom(seed).nextLong() + purpose.number;
    for (long number : place) {
      mixed = new SplittableRandom(mixed).nextLong() + number;
    }
    return new SplittableRandom(mixed);
  }
}
