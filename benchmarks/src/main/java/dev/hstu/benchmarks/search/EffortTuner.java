package dev.hstu.benchmarks.search;

import dev.hstu.benchmarks.contenders.Answers;
import dev.hstu.benchmarks.contenders.Contender;
import dev.hstu.benchmarks.contenders.Efforts;
import dev.hstu.benchmarks.vectors.SearchData;
import java.util.HashMap;
import java.util.Map;

/// Chooses how hard a contender looks: the least effort whose recall on the tuning queries reaches
/// the target, by bisection, since recall grows with effort.
final class EffortTuner {

  private final SearchData data;
  private final Map<Asked, Double> recalls = new HashMap<>();

  private record Asked(String index, int k, int effort) {}

  /// @param effort the least that reaches the target, or the most where none does
  /// @param recall at it, on the tuning queries
  record Tuned(int effort, double recall, boolean reached) {}

  EffortTuner(SearchData data) {
    this.data = data;
  }

  Tuned tune(Contender contender, Target target) {
    Efforts efforts = contender.efforts(target.k());
    int low = 0;
    int high = efforts.values().length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (recall(contender, target.k(), efforts.values()[middle]) >= target.recall()) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    int effort = efforts.values()[low];
    double recall = recall(contender, target.k(), effort);
    return new Tuned(effort, recall, recall >= target.recall());
  }

  /// What the tuning queries find and how long they take.
  Answers answer(Contender contender, int k, int effort) {
    return contender.answer(0, data.tuningQueries(), k, effort);
  }

  private double recall(Contender contender, int k, int effort) {
    return recalls.computeIfAbsent(
        new Asked(contender.index(), k, effort),
        asked -> {
          Answers answers = answer(contender, k, effort);
          return data.truth().recall(0, data.tuningQueries(), k, answers.rows());
        });
  }
}
