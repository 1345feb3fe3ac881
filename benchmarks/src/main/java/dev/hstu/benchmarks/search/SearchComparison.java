package dev.hstu.benchmarks.search;

import dev.hstu.benchmarks.contenders.Answers;
import dev.hstu.benchmarks.contenders.Contender;
import dev.hstu.benchmarks.search.EffortTuner.Tuned;
import dev.hstu.benchmarks.vectors.SearchData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// How many queries a second does each contender answer at equal recall, on one thread?
///
/// Each is tuned to just reach the recall on the tuning queries. Then all take turns, round after
/// round, each answering the same slice of the measuring queries, so that all see the same weather;
/// rates are medians over the rounds and ratios are between rates of the same rounds. Whose turn is
/// first changes from round to round, since each leaves the caches to the next.
public final class SearchComparison {

  /// Queries of a turn, at most: long enough to time, short enough that the weather holds.
  private static final int SLICE = 128;

  private final SearchData data;
  private final int rounds;
  private final Clock clock;
  private final EffortTuner tuner;
  private final Consumer<String> remarks;

  /// One contender, tuned.
  private record Turn(String name, String choice, Contender contender, Tuned tuned) {}

  /// @param rounds at least 1; odd, so that a median was measured
  /// @param clock that rates are counted by
  public SearchComparison(SearchData data, int rounds, Clock clock, Consumer<String> remarks) {
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds=%d must be at least 1".formatted(rounds));
    }
    this.data = data;
    this.rounds = rounds;
    this.clock = clock;
    this.tuner = new EffortTuner(data);
    this.remarks = remarks;
  }

  /// Compares.
  ///
  /// @param contenders ratios are to the first
  /// @param choosable those that `auto` chooses from; where empty, there is no `auto`
  public List<Measurement> compare(
      Target target, List<Contender> contenders, List<Contender> choosable) {
    List<Turn> turns = new ArrayList<>();
    for (Contender contender : contenders) {
      turns.add(new Turn(contender.name(), "", contender, tuned(contender, target)));
    }
    if (!choosable.isEmpty()) {
      turns.add(choice(target, turns, choosable));
    }
    List<List<Answers>> answers = takeTurns(target, turns);
    List<Measurement> measured = new ArrayList<>();
    for (int i = 0; i < turns.size(); i++) {
      Measurement measurement = measurement(target, turns.get(i), answers.get(i));
      measured.add(measurement.withRatioTo(i == 0 ? measurement : measured.getFirst()));
    }
    return measured;
  }

  private Tuned tuned(Contender contender, Target target) {
    Tuned tuned = tuner.tune(contender, target);
    remarks.accept(
        "K=%d recall %.2f: %s %s gives %.4f"
            .formatted(
                target.k(),
                target.recall(),
                contender.name(),
                contender.efforts(target.k()).label(tuned.effort()),
                tuned.recall()));
    return tuned;
  }

  private Turn choice(Target target, List<Turn> turns, List<Contender> choosable) {
    Turn fastest = null;
    long least = Long.MAX_VALUE;
    for (Turn turn : turns) {
      if (choosable.contains(turn.contender) && turn.tuned.reached()) {
        long nanos = clock.nanos(tuner.answer(turn.contender, target.k(), turn.tuned.effort()));
        if (nanos < least) {
          least = nanos;
          fastest = turn;
        }
      }
    }
    if (fastest == null) {
      throw new IllegalArgumentException(
          "nothing for auto to choose reaches recall@%d %.3f; give it `exact` too"
              .formatted(target.k(), target.recall()));
    }
    return new Turn("auto", fastest.name, fastest.contender, fastest.tuned);
  }

  private List<List<Answers>> takeTurns(Target target, List<Turn> turns) {
    List<List<Answers>> answers = new ArrayList<>();
    turns.forEach(turn -> answers.add(new ArrayList<>()));
    int slice = Math.min(SLICE, data.measuringQueries());
    int slices = data.measuringQueries() / slice;
    for (int round = 0; round < rounds; round++) {
      int first = data.tuningQueries() + round % slices * slice;
      for (int i = 0; i < turns.size(); i++) {
        int next = (i + round) % turns.size();
        answers.get(next).add(answer(turns.get(next), first, slice, target));
      }
    }
    return answers;
  }

  private static Answers answer(Turn turn, int first, int count, Target target) {
    return turn.contender.answer(first, count, target.k(), turn.tuned.effort());
  }

  private Measurement measurement(Target target, Turn turn, List<Answers> answers) {
    int count = data.measuringQueries();
    Answers all = answer(turn, data.tuningQueries(), count, target);
    double[] perSecond =
        answers.stream()
            .mapToDouble(a -> 1e9 * a.rows().length / target.k() / clock.nanos(a))
            .sorted()
            .toArray();
    double[] micros =
        answers.stream()
            .flatMapToLong(a -> Arrays.stream(a.nanos()))
            .sorted()
            .mapToDouble(nanos -> nanos / 1e3)
            .toArray();
    return new Measurement(
        turn.name,
        turn.choice,
        target,
        turn.contender.batch(),
        turn.contender.efforts(target.k()).label(turn.tuned.effort()),
        turn.tuned.reached(),
        turn.tuned.recall(),
        data.truth().recall(data.tuningQueries(), count, target.k(), all.rows()),
        quantile(perSecond, 0.5),
        perSecond[0],
        perSecond[perSecond.length - 1],
        1,
        quantile(micros, 0.5),
        quantile(micros, 0.99));
  }

  private static double quantile(double[] ascending, double share) {
    return ascending[Math.min(ascending.length - 1, (int) (share * ascending.length))];
  }
}
