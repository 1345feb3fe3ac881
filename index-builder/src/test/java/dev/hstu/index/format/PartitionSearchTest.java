package dev.hstu.index.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hstu.index.search.ClusteredVectors;
import dev.hstu.kernels.cpu.NativeSweep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.FixedBitSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Codes swept by the kernel and step by step, and queries in a batch and one by one, give the same
/// documents and scores.
final class PartitionSearchTest {

  private static final int ROWS = 6_000;

  @TempDir Path folder;

  @BeforeAll
  static void runsHere() {
    if (NativeSweep.here() instanceof NativeSweep.Availability.Absent absent) {
      assumeTrue(false, "the native kernel can't run here: " + absent.reason());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "20, 1, 1, 0.9",
    "20, 10, 3, 0.8",
    "64, 100, 32, 0.95",
    "64, 500, 33, 0.99",
    "31, 2000, 9, 0.9"
  })
  void allWaysFindTheSame(int dimension, int k, int queryCount, double recall) throws IOException {
    ClusteredVectors source = new ClusteredVectors(dimension, 30, 4);
    float[] values = source.values(ROWS);
    try (Directory directory = index(values, dimension);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      Partitions partitions =
          IvfVectorsReader.partitions(reader.leaves().getFirst().reader(), "vector");
      assertThat(partitions).isNotNull();
      checkAllWays(OverlaidPartitions.of(partitions), k, queryCount, recall);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "20, 1, 1, 0.9",
    "20, 10, 3, 0.8",
    "64, 100, 32, 0.95",
    "64, 500, 33, 0.99",
    "31, 2000, 9, 0.9"
  })
  void allWaysFindTheSameUnderUpdates(int dimension, int k, int queryCount, double recall)
      throws IOException {
    ClusteredVectors source = new ClusteredVectors(dimension, 30, 4);
    SplittableRandom random = new SplittableRandom(k + dimension);
    try (Directory directory = index(source.values(ROWS), dimension);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      Partitions partitions =
          IvfVectorsReader.partitions(reader.leaves().getFirst().reader(), "vector");
      assertThat(partitions).isNotNull();
      try (PartitionOverlay overlay =
          PartitionOverlay.over(partitions, folder.resolve("later"), 1L << 28, 1)) {
        BitSet live = new BitSet();
        live.set(0, ROWS);
        int end = ROWS;
        int folds = 0;
        for (int round = 0; round < 4; round++) {
          for (int i = 0; i < (round == 0 ? 20 : 2_500); i++) {
            int row = live.nextSetBit(random.nextInt(end));
            if (row >= 0) {
              overlay.remove(row);
              live.clear(row);
            }
            overlay.add(end, source.query());
            live.set(end++);
          }
          for (int step = round; step > 0 && overlay.fold(); step--) {
            folds++;
          }
          checkAllWays(overlay.refresh(), k, queryCount, recall);
        }
        assertThat(folds).isPositive();
      }
    }
  }

  private static void checkAllWays(
      OverlaidPartitions overlaid, int k, int queryCount, double recall) {
    SplittableRandom random = new SplittableRandom(k);
    Partitions partitions = overlaid.base();
    float[][] queries = new float[queryCount][];
    int[] probes = new int[queryCount];
    DocumentFilter[] filters = new DocumentFilter[queryCount];
    float[] floors = new float[queryCount];
    Arrays.fill(floors, Float.NEGATIVE_INFINITY);
    for (int q = 0; q < queryCount; q++) {
      queries[q] = new float[partitions.dimension()];
      partitions.vectors().copyRow(random.nextInt(ROWS), queries[q]);
      probes[q] = overlaid.probes(k, recall);
      filters[q] = filter(q, partitions, random);
    }
    PartitionSearch[] stepped = searches(queryCount, false);
    PartitionSearch[] fused = searches(queryCount, true);
    PartitionSearch.searchBatch(overlaid, queries, k, probes, floors, filters, stepped);
    PartitionSearch.searchBatch(overlaid, queries, k, probes, floors, filters, fused);
    PartitionSearch alone = new PartitionSearch(true);
    PartitionSearch steppedAlone = new PartitionSearch(false);
    for (int q = 0; q < queryCount; q++) {
      TreeMap<Integer, Float> expected = found(stepped[q], k);
      assertThat(expected.size()).isGreaterThanOrEqualTo(Math.min(k, 3));
      assertThat(found(fused[q], k)).as("query %d in a batch", q).isEqualTo(expected);
      assertThat(fused[q].visited()).isEqualTo(stepped[q].visited());
      alone.search(overlaid, queries[q], k, probes[q], floors[q], filters[q]);
      assertThat(found(alone, k)).as("query %d alone", q).isEqualTo(expected);
      steppedAlone.search(overlaid, queries[q], k, probes[q], floors[q], filters[q]);
      assertThat(found(steppedAlone, k)).as("query %d stepped alone", q).isEqualTo(expected);
      stepped[q].extend(2 * probes[q]);
      alone.extend(2 * probes[q]);
      assertThat(found(alone, k)).as("query %d extended", q).isEqualTo(found(stepped[q], k));
    }
  }

  /// None, by document, by position, both, and one that only a few pass.
  private static DocumentFilter filter(int kind, Partitions partitions, SplittableRandom random) {
    FixedBitSet positions = new FixedBitSet(partitions.size());
    for (int i = 0; i < partitions.size(); i++) {
      if (random.nextInt(3) > 0) {
        positions.set(i);
      }
    }
    // Of later documents every third passes.
    DocumentFilter asBits =
        document ->
            document < ROWS ? positions.get(partitions.position(document)) : document % 3 == 0;
    AcceptedPositions accepted = new AcceptedPositions(partitions);
    assertThat(accepted.fill(asBits)).isTrue();
    return switch (kind % 5) {
      case 0 -> DocumentFilter.ALL;
      case 1 -> document -> document % 3 != 0;
      case 2 -> new PositionFilter(accepted, asBits, DocumentFilter.ALL);
      case 3 -> new PositionFilter(accepted, asBits, document -> document % 2 == 0);
      default -> document -> document % 500 == 0;
    };
  }

  private static PartitionSearch[] searches(int count, boolean byKernel) {
    PartitionSearch[] searches = new PartitionSearch[count];
    for (int i = 0; i < count; i++) {
      searches[i] = new PartitionSearch(byKernel);
    }
    return searches;
  }

  /// The best k of what a search hands over.
  private static TreeMap<Integer, Float> found(PartitionSearch search, int k) {
    TreeMap<Integer, Float> found = new TreeMap<>();
    search.forEach(found::put);
    float worst =
        found.values().stream()
            .sorted((a, b) -> Float.compare(b, a))
            .limit(k)
            .reduce((a, b) -> b)
            .orElse(0f);
    found.values().removeIf(score -> score < worst);
    return found;
  }

  private static Directory index(float[] values, int dimension) throws IOException {
    Directory directory = new ByteBuffersDirectory();
    KnnVectorsFormat format =
        new IvfVectorsFormat(IvfSettings.DEFAULT.withEncoding(IvfEncoding.INT8));
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(
                new Lucene104Codec() {
                  @Override
                  public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                    return format;
                  }
                });
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int row = 0; row < ROWS; row++) {
        Document document = new Document();
        document.add(
            new KnnFloatVectorField(
                "vector",
                Arrays.copyOfRange(values, row * dimension, (row + 1) * dimension),
                VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
    return directory;
  }
}
