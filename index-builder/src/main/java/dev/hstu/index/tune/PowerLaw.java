package dev.hstu.index.tune;

/// A quantity that grows with the number of items n as `a · n^b`, fixed by two measurements.
///
/// @param a its value at n = 1
/// @param b its slope in logarithms
record PowerLaw(double a, double b) {

  /// The law through two points.
  ///
  /// @param n1 below `n2`, both positive, as are the values
  static PowerLaw through(double n1, double value1, double n2, double value2) {
    if (!(n1 > 0 && n2 > n1 && value1 > 0 && value2 > 0)) {
      throw new IllegalArgumentException(
          "no power law goes through (%s, %s) and (%s, %s)".formatted(n1, value1, n2, value2));
    }
    double slope = Math.log(value2 / value1) / Math.log(n2 / n1);
    return new PowerLaw(value2 / Math.pow(n2, slope), slope);
  }

  double at(double n) {
    return a * Math.pow(n, b);
  }
}
