package dev.hstu.retrieval.evaluate;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One metric of A and of B over the same users.
///
/// @param metric e.g. `HR@100`
/// @param ranking `exact` or `index`
/// @param seen what was left out, e.g. `exclude=all`
/// @param a mean of A
/// @param b mean of B
/// @param difference `b − a`
/// @param interval of the difference, 95 %, by the paired bootstrap
/// @param onlyA users with a higher figure from A
/// @param onlyB users with a higher figure from B
/// @param p two-sided: McNemar's mid-p for hit rates, the bootstrap's for the others
/// @param adjusted `p` after Holm's correction for the metrics that don't decide; null for the one
///     that decides
/// @param detectable the smallest difference that this sample would have shown four times in five
/// @param outcome at 5 %
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Difference(
    String metric,
    String ranking,
    String seen,
    double a,
    double b,
    double difference,
    Interval interval,
    int onlyA,
    int onlyB,
    double p,
    @Nullable Double adjusted,
    double detectable,
    Outcome outcome) {

  /// Level of every test.
  static final double LEVEL = .05;

  /// What may be said of a difference.
  public enum Outcome {
    A_BETTER("A is better"),
    B_BETTER("B is better"),
    NOT_SIGNIFICANT("not significant"),
    SAME("the same for every user");

    private final String words;

    Outcome(String words) {
      this.words = words;
    }

    /// As a sentence has it.
    public String words() {
      return words;
    }
  }

  Difference withAdjusted(double value) {
    return new Difference(
        metric,
        ranking,
        seen,
        a,
        b,
        difference,
        interval,
        onlyA,
        onlyB,
        p,
        value,
        detectable,
        outcome(value, difference, onlyA + onlyB));
  }

  static Outcome outcome(double p, double difference, int differing) {
    if (differing == 0) {
      return Outcome.SAME;
    }
    if (p >= LEVEL || difference == 0) {
      return Outcome.NOT_SIGNIFICANT;
    }
    return difference > 0 ? Outcome.B_BETTER : Outcome.A_BETTER;
  }

  /// The whole finding as one sentence.
  public String inWords() {
    return String.format(
        Locale.ROOT,
        "%s, %s, %s: %s; B - A = %+.4f [%+.4f, %+.4f], p = %.3g%s. %s",
        metric,
        ranking,
        seen,
        outcome.words(),
        difference,
        interval.low(),
        interval.high(),
        p,
        adjusted == null ? "" : String.format(Locale.ROOT, " (corrected %.3g)", adjusted),
        outcome == Outcome.NOT_SIGNIFICANT
            ? String.format(
                Locale.ROOT,
                "A difference of %.4f or more would have shown four times in five; smaller ones, if"
                    + " there are any, need more users",
                detectable)
            : String.format(
                Locale.ROOT, "%,d users do better with A and %,d with B", onlyA, onlyB));
  }
}
