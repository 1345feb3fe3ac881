package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.UserHistory;
import java.util.stream.IntStream;

/// The cases of another protocol whose target is among the items that are ranked: who asks with a
/// filter wants what the filter accepts. Histories and popularity stay those of all events.
///
/// The array is shared, not copied.
///
/// @param all the other protocol
/// @param numbers which of its cases
record FilteredCases(EvaluationProtocol all, int[] numbers) implements EvaluationProtocol {

  static FilteredCases of(EvaluationProtocol all, RankedItems ranked) {
    return new FilteredCases(
        all,
        IntStream.range(0, all.cases()).filter(c -> ranked.contains(all.targetItem(c))).toArray());
  }

  @Override
  public int cases() {
    return numbers.length;
  }

  @Override
  public int usersWithoutCase() {
    return all.usersWithoutCase() + all.cases() - numbers.length;
  }

  @Override
  public int user(int c) {
    return all.user(numbers[c]);
  }

  @Override
  public int targetEvent(int c) {
    return all.targetEvent(numbers[c]);
  }

  @Override
  public int targetItem(int c) {
    return all.targetItem(numbers[c]);
  }

  @Override
  public UserHistory history(int c) {
    return all.history(numbers[c]);
  }

  @Override
  public long[] popularity(int items) {
    return all.popularity(items);
  }

  @Override
  public RequestTimeRule requestTime() {
    return all.requestTime();
  }

  @Override
  public String description() {
    return all.description() + ", of items that the filter accepts";
  }
}
