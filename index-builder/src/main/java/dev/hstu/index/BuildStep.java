package dev.hstu.index;

/// The steps of a build, in their order, with what each counts.
public enum BuildStep {
  /// Item vectors checked, one by one.
  CHECK("vectors"),
  /// Model, vectors and catalogue copied into the generation.
  COPY("bytes"),
  /// Vectors handed to the index.
  ADD("vectors"),
  /// Vectors linked into the graph or laid into partitions; mostly the longest.
  LINK("vectors"),
  /// The search of all items calibrated, where a tuning chose the index.
  CALIBRATE("indexes"),
  /// Checksums of all files.
  SEAL("bytes"),
  /// The unpublished generation evaluated.
  EVALUATE("generations");

  private final String unit;

  BuildStep(String unit) {
    this.unit = unit;
  }

  /// What is counted.
  public String unit() {
    return unit;
  }
}
