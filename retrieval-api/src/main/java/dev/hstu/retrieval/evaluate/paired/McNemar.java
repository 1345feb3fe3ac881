package dev.hstu.retrieval.evaluate.paired;

/// McNemar's test (1947) of two hit rates over the same users: users who are hit by both or by
/// neither tell nothing, and of the others either side is as likely if the two are equally good.
///
/// The p-value is the *mid-p*: of the outcome that was seen only half its probability counts. The
/// exact test, which counts all of it, is right at most 5 % of the time and in fact 2 to 4 % where
/// few users differ; mid-p comes to the 5 % it names (Fagerland, Lydersen, Laake 2013, "The McNemar
/// test for binary matched-pairs data: mid-p and asymptotic are better than exact conditional").
///
/// @param onlyFirst users hit by the first alone
/// @param onlySecond users hit by the second alone
public record McNemar(int onlyFirst, int onlySecond) {

  /// Fewer users that differ, all of them one way, are never significant at 5 %: four give .0625.
  public static final int LEAST_USERS = 5;

  public McNemar {
    if (onlyFirst < 0 || onlySecond < 0) {
      throw new IllegalArgumentException(
          "onlyFirst=%d and onlySecond=%d must be at least 0".formatted(onlyFirst, onlySecond));
    }
  }

  /// Two-sided, within 0..1; 1 where nobody differs.
  public double pValue() {
    int n = onlyFirst + onlySecond;
    int fewer = Math.min(onlyFirst, onlySecond);
    if (onlyFirst == onlySecond) {
      return 1;
    }
    // P(X = k) for X ~ Binomial(n, 1/2), from k = fewer downwards: each is k / (n − k + 1) times
    // the
    // one above.
    double term = Math.exp(logChoose(n, fewer) - n * Math.log(2));
    double below = term / 2;
    for (int k = fewer; k > 0 && term > below * 1e-17; k--) {
      term *= (double) k / (n - k + 1);
      below += term;
    }
    return Math.min(1, 2 * below);
  }

  private static double logChoose(int n, int k) {
    double sum = 0;
    for (int i = 1; i <= k; i++) {
      sum += Math.log((double) (n - k + i) / i);
    }
    return sum;
  }
}
