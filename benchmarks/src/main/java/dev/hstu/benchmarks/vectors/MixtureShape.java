package dev.hstu.benchmarks.vectors;

/// How far the vectors of a [MixtureVectors] scatter. Both lengths are those of Gaussian noise
/// beside a centre of length 1.
public enum MixtureShape {
  /// Like trained item vectors: tastes stand apart, and items of one taste lie together.
  CLUSTERED(1.0, 0.75),
  /// Broad clusters that run into each other: partitions leave little out.
  DIFFUSE(1.0, 2.0);

  private final double clusterSpread;
  private final double itemSpread;

  MixtureShape(double clusterSpread, double itemSpread) {
    this.clusterSpread = clusterSpread;
    this.itemSpread = itemSpread;
  }

  /// Of clusters around their super-cluster.
  double clusterSpread() {
    return clusterSpread;
  }

  /// Of items around their cluster.
  double itemSpread() {
    return itemSpread;
  }
}
