package dev.hstu.encoder.compute.torch;

/// Training examples of several users, padded at their ends to the longest, `L` events.
///
/// The arrays are shared, not copied. Padded slots hold item 0, any time and weight 0.
///
/// @param users `B`
/// @param length `L`
/// @param items long[B·(L+1)], rows of items or, behind them, of series: the history and, after its
///     last event, the target; position `i` predicts item `i+1`
/// @param times long[B·(L+1)], seconds, of the same slots
/// @param actions rows of the table of actions, long[B·L]; empty for a model without actions
/// @param weights float[B·L], 1 for each supervised position, else 0
/// @param negatives item rows `1..V`: long[B·R], shared by a user's positions, or long[B·L·R],
///     drawn for each position; empty for the softmax over all items
/// @param corrections added to the logit of each of `negatives`, empty for none
/// @param negativesPerPosition `R`; 0 for all items
public record PaddedExamples(
    int users,
    int length,
    long[] items,
    long[] times,
    long[] actions,
    float[] weights,
    long[] negatives,
    float[] corrections,
    int negativesPerPosition) {

  public PaddedExamples {
    int slots = users * (length + 1);
    requireLength("items", items.length, slots);
    requireLength("times", times.length, slots);
    if (actions.length > 0) {
      requireLength("actions", actions.length, users * length);
    }
    requireLength("weights", weights.length, users * length);
    if (corrections.length > 0) {
      requireLength("corrections", corrections.length, negatives.length);
    }
    if (negatives.length != users * negativesPerPosition) {
      requireLength("negatives", negatives.length, users * length * negativesPerPosition);
    }
  }

  /// Examples whose negatives were drawn uniformly.
  public PaddedExamples(
      int users,
      int length,
      long[] items,
      long[] times,
      long[] actions,
      float[] weights,
      long[] negatives,
      int negativesPerPosition) {
    this(
        users,
        length,
        items,
        times,
        actions,
        weights,
        negatives,
        new float[0],
        negativesPerPosition);
  }

  /// Whether a user's positions share one draw of negatives.
  boolean sharedNegatives() {
    return negatives.length == users * negativesPerPosition;
  }

  /// Whether the softmax runs over the whole catalogue.
  boolean allItems() {
    return negativesPerPosition == 0;
  }

  private static void requireLength(String name, int length, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "%s has %d entries; %d are needed".formatted(name, length, expected));
    }
  }
}
