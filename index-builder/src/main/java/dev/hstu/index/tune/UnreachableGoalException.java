package dev.hstu.index.tune;

import java.io.Serial;
import java.util.Comparator;
import java.util.Locale;

/// No index meets a goal.
public final class UnreachableGoalException extends Exception {

  @Serial private static final long serialVersionUID = 1;

  UnreachableGoalException(Tuning tuning) {
    super(sentence(tuning));
  }

  private static String sentence(Tuning tuning) {
    TunedOption nearest =
        tuning.options().stream()
            .min(
                Comparator.comparing((TunedOption option) -> option.outcome())
                    .reversed()
                    .thenComparingDouble(TunedOption::p50Micros))
            .orElseThrow();
    TuningGoal goal = tuning.goal();
    return String.format(
        Locale.ROOT,
        "no index of %,d items reaches recall %s at k=%d%s%s; nearest is %s: recall %.4f, p99 %.2f"
            + " ms, %.2f GB; lower the recall or allow more time or memory",
        tuning.items(),
        goal.recall(),
        goal.k(),
        goal.p99Millis() > 0 ? " within " + goal.p99Millis() + " ms" : "",
        goal.ramBytes() > 0 ? String.format(Locale.ROOT, " in %.2f GB", goal.ramBytes() / 1e9) : "",
        nearest.settings().describe(),
        nearest.recall(),
        nearest.p99Micros() / 1e3,
        nearest.codedRamBytes() / 1e9);
  }
}
