package dev.hstu.retrieval.receipts;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/// The receipts of the last generations. For any number of threads.
final class RecallLedger {

  /// Generations kept: enough to compare before and after a publication and a rollback.
  static final int MAX_GENERATIONS = 4;

  private final double tolerance;
  private final Deque<Entry> entries = new ArrayDeque<>();

  private record Entry(String generation, GenerationRecall recall) {}

  /// @param tolerance recall below the baseline that is not yet decay
  RecallLedger(double tolerance) {
    this.tolerance = tolerance;
  }

  /// Takes a receipt in.
  ///
  /// @param measured recall by the build of a generation not seen before
  /// @return whether there is a generation or a selectivity that there wasn't before
  synchronized boolean add(Receipt receipt, Function<String, OptionalDouble> measured) {
    GenerationRecall recall = null;
    for (Entry entry : entries) {
      if (entry.generation.equals(receipt.generation())) {
        recall = entry.recall;
      }
    }
    if (recall == null) {
      recall =
          new GenerationRecall(
              receipt.generation(), measured.apply(receipt.generation()), tolerance);
      entries.addFirst(new Entry(receipt.generation(), recall));
      if (entries.size() > MAX_GENERATIONS) {
        entries.removeLast();
      }
    }
    boolean isNew = recall.interval(receipt.selectivity()) == null;
    recall.add(receipt);
    return isNew;
  }

  /// What is kept, newest generation first.
  synchronized List<GenerationRecall> generations() {
    return entries.stream().map(Entry::recall).toList();
  }

  /// Reports of the same.
  List<RecallReport.OfGeneration> report() {
    List<RecallReport.OfGeneration> reports = new ArrayList<>();
    generations().forEach(recall -> reports.add(recall.report()));
    return reports;
  }
}
