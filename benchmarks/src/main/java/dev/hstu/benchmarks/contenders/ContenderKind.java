package dev.hstu.benchmarks.contenders;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// What may be compared, by the name given on the command line.
public enum ContenderKind {
  /// Lucene's HNSW, float32, as Lucene searches it: what the others are held against.
  LUCENE("lucene", Origin.JAVA_PEER),
  /// Our graph index over the same graph.
  GRAPH("graph", Origin.OURS),
  /// Lucene's HNSW over int8 codes, scored again in float32.
  GRAPH_INT8("graph-int8", Origin.OURS),
  PARTITIONS("partitions", Origin.OURS),
  PARTITIONS_INT8("partitions-int8", Origin.OURS),
  PARTITIONS_BATCH("partitions-batch", Origin.OURS_IN_BATCHES),
  PARTITIONS_INT8_BATCH("partitions-int8-batch", Origin.OURS_IN_BATCHES),
  EXACT("exact", Origin.OURS),
  EXACT_BATCH("exact-batch", Origin.OURS_IN_BATCHES),
  /// Exact all the same: codes rule rows out, what is left is scored in float32.
  EXACT_INT8("exact-int8", Origin.OURS),
  EXACT_INT8_BATCH("exact-int8-batch", Origin.OURS_IN_BATCHES),
  JVECTOR("jvector", Origin.JAVA_PEER),
  /// Whichever of ours was the fastest at the target recall on the tuning queries.
  AUTO("auto", Origin.CHOICE),
  FAISS("faiss", "faiss_ivf"),
  HNSWLIB("hnswlib", "hnswlib_hnsw"),
  /// An exact int8 scan in C++ by AVX-512 VNNI, in batches of 32.
  EXACT_CPP("exact-cpp", "exact_int8");

  private enum Origin {
    OURS,
    OURS_IN_BATCHES,
    CHOICE,
    JAVA_PEER,
    NATIVE_PEER
  }

  private final String label;
  private final Origin origin;
  private final String driver;

  ContenderKind(String label, Origin origin) {
    this.label = label;
    this.origin = origin;
    this.driver = "";
  }

  ContenderKind(String label, String driver) {
    this.label = label;
    this.origin = Origin.NATIVE_PEER;
    this.driver = driver;
  }

  /// The name on the command line.
  public String label() {
    return label;
  }

  /// Whether `auto` may choose it.
  public boolean isChoosable() {
    return origin == Origin.OURS;
  }

  /// Whether it runs in a process of its own, which must have been built.
  public boolean isNative() {
    return origin == Origin.NATIVE_PEER;
  }

  /// The file of its driver; empty where it runs in this process.
  public String driver() {
    return driver;
  }

  /// All that run in this process.
  public static List<ContenderKind> inJava() {
    return Arrays.stream(values()).filter(kind -> !kind.isNative()).toList();
  }

  /// All that don't.
  public static List<ContenderKind> inNativeCode() {
    return Arrays.stream(values()).filter(ContenderKind::isNative).toList();
  }

  /// The one of a name.
  ///
  /// @throws IllegalArgumentException listing the names there are
  public static ContenderKind of(String label) {
    return Arrays.stream(values())
        .filter(kind -> kind.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "contender '%s' is not known; there are %s"
                        .formatted(
                            label,
                            Arrays.stream(values())
                                .map(ContenderKind::label)
                                .collect(Collectors.joining(", ")))));
  }
}
