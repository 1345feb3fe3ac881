package dev.hstu.index.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.search.ClusteredVectors;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FloatVectorSimilarityQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The format does what Lucene asks of one: segments, deletes, merges, near-real-time readers,
/// checksums, compound files, several and sparse fields, filters, sorted indexes.
final class IvfVectorsFormatTest {

  private static final int DIMENSION = 20;
  private static final int DOCUMENTS = 5_000;
  private static final ClusteredVectors SOURCE = new ClusteredVectors(DIMENSION, 40, 9);
  private static final float[][] VECTORS = vectors();
  private static final VectorSimilarityFunction SIMILARITY =
      VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;

  @TempDir Path folder;
  private Directory directory;

  private static float[][] vectors() {
    float[] values = SOURCE.values(DOCUMENTS);
    float[][] vectors = new float[DOCUMENTS][];
    for (int i = 0; i < DOCUMENTS; i++) {
      vectors[i] = Arrays.copyOfRange(values, i * DIMENSION, (i + 1) * DIMENSION);
    }
    return vectors;
  }

  @BeforeEach
  void open() throws IOException {
    directory = new MMapDirectory(folder.resolve("index"));
  }

  /// Every test's index is whole at its end.
  @AfterEach
  void check() throws IOException {
    if (DirectoryReader.indexExists(directory)) {
      try (CheckIndex check = new CheckIndex(directory)) {
        check.setInfoStream(new PrintStream(PrintStream.nullOutputStream()));
        check.setLevel(CheckIndex.Level.MIN_LEVEL_FOR_SLOW_CHECKS);
        assertThat(check.checkIndex().clean).as("CheckIndex").isTrue();
      }
    }
    directory.close();
  }

  @Test
  void isFoundByName() {
    assertThat(KnnVectorsFormat.forName("HstuIvfVectors")).isInstanceOf(IvfVectorsFormat.class);
  }

  @ParameterizedTest
  @EnumSource
  void severalSegmentsAnswerAsTheMergedOne(IvfEncoding encoding) throws IOException {
    try (IndexWriter writer = writer(config(IvfSettings.DEFAULT.withEncoding(encoding)))) {
      for (int segment = 0; segment < 4; segment++) {
        add(writer, segment * 1_250, (segment + 1) * 1_250);
        writer.commit();
      }
      assertRecall(i -> true, null, .95);
      writer.forceMerge(1);
    }
    assertRecall(i -> true, null, .95);
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      assertThat(reader.leaves()).hasSize(1);
      assertThat(partitions(reader).count()).isGreaterThan(10);
      assertVectorsOf(reader, "vector");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void deletedDocumentsAreNeverFoundAndMergesDropThem(boolean compound) throws IOException {
    IndexWriterConfig config = config(IvfSettings.DEFAULT).setUseCompoundFile(compound);
    config.getMergePolicy().setNoCFSRatio(compound ? 1 : 0);
    try (IndexWriter writer = writer(config)) {
      add(writer, 0, DOCUMENTS);
      writer.commit();
      for (int i = 0; i < DOCUMENTS; i += 3) {
        writer.deleteDocuments(new Term("id", Integer.toString(i)));
      }
      writer.commit();
      assertRecall(i -> i % 3 != 0, null, .95);
      writer.forceMerge(1);
    }
    assertRecall(i -> i % 3 != 0, null, .95);
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      assertThat(partitions(reader).size()).isEqualTo(reader.numDocs());
    }
  }

  @Test
  void filtersHoldAtEverySelectivity() throws IOException {
    try (IndexWriter writer = writer(config(IvfSettings.DEFAULT))) {
      add(writer, 0, DOCUMENTS);
    }
    for (int classes : new int[] {2, 10, 100, 1_000}) {
      assertRecall(i -> i % classes == 1, new TermQuery(new Term("class" + classes, "1")), .95);
    }
  }

  @Test
  void nearRealTimeReadersSeeUpdates() throws IOException {
    try (IndexWriter writer = writer(config(IvfSettings.DEFAULT))) {
      add(writer, 0, 3_000);
      try (DirectoryReader before = DirectoryReader.open(writer)) {
        float[] fresh = SOURCE.query();
        writer.updateDocument(new Term("id", "17"), document(17, fresh));
        try (DirectoryReader after = DirectoryReader.openIfChanged(before)) {
          assertThat(best(after, fresh, 1)).containsExactly(17);
          assertThat(best(after, VECTORS[17], 1)).doesNotContain(17);
        }
        assertThat(best(before, VECTORS[17], 1)).contains(17);
      }
    }
  }

  @Test
  void sparseAndSeveralFieldsKeepToThemselves() throws IOException {
    try (IndexWriter writer = writer(config(IvfSettings.DEFAULT))) {
      for (int i = 0; i < DOCUMENTS; i++) {
        Document document = document(i, VECTORS[i]);
        if (i % 5 == 2) {
          document.add(
              new KnnFloatVectorField(
                  "sparse", Arrays.copyOf(VECTORS[i], 7), VectorSimilarityFunction.DOT_PRODUCT));
        }
        writer.addDocument(document);
        if (i == 2_500) {
          writer.commit();
        }
      }
      writer.addDocument(new Document());
      writer.forceMerge(1);
    }
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      LeafReader leaf = reader.leaves().get(0).reader();
      FloatVectorValues sparse = leaf.getFloatVectorValues("sparse");
      assertThat(sparse.size()).isEqualTo(DOCUMENTS / 5);
      KnnVectorValues.DocIndexIterator iterator = sparse.iterator();
      StoredFields stored = leaf.storedFields();
      while (iterator.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        int id = Integer.parseInt(stored.document(iterator.docID()).get("id"));
        assertThat(id % 5).isEqualTo(2);
        assertThat(sparse.vectorValue(iterator.index())).isEqualTo(Arrays.copyOf(VECTORS[id], 7));
      }
      assertVectorsOf(reader, "vector");
      Query query = new KnnFloatVectorQuery("sparse", Arrays.copyOf(VECTORS[7], 7), 10);
      for (ScoreDoc hit : new IndexSearcher(reader).search(query, 10).scoreDocs) {
        assertThat(Integer.parseInt(stored.document(hit.doc).get("id")) % 5).isEqualTo(2);
      }
    }
  }

  @Test
  void anIndexCanBeSortedAndAddedToAnother() throws IOException {
    IndexWriterConfig sorted =
        config(IvfSettings.DEFAULT)
            .setIndexSort(new Sort(new SortField("number", SortField.Type.LONG, true)));
    try (IndexWriter writer = writer(sorted)) {
      add(writer, 0, 1_500);
      writer.commit();
      add(writer, 1_500, DOCUMENTS);
      writer.forceMerge(1);
    }
    assertRecall(i -> true, null, .95);
    try (Directory second = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(second, config(IvfSettings.DEFAULT));
        DirectoryReader source = DirectoryReader.open(directory)) {
      writer.addIndexes((CodecReader) source.leaves().get(0).reader());
      writer.addIndexes(directory);
      writer.forceMerge(1);
      writer.commit();
      try (DirectoryReader reader = DirectoryReader.open(second)) {
        assertThat(reader.numDocs()).isEqualTo(2 * DOCUMENTS);
        assertThat(best(reader, VECTORS[31], 2)).containsExactly(31);
      }
    }
  }

  @Test
  void mergesKeepTheCentroidsOfTheLargestSegmentUntilItHasDoubled() throws IOException {
    try (IndexWriter writer =
        writer(config(IvfSettings.DEFAULT).setMergePolicy(NoMergePolicy.INSTANCE))) {
      add(writer, 0, 2_200);
    }
    int trained = trainedRows();
    assertThat(trained).isEqualTo(2_200);
    grow(2_200, 3_000);
    assertThat(trainedRows()).as("grown by a third").isEqualTo(2_200);
    assertRecall(i -> i < 3_000, null, .95);
    grow(3_000, DOCUMENTS);
    assertThat(trainedRows()).as("more than doubled").isEqualTo(DOCUMENTS);
    assertRecall(i -> true, null, .95);
  }

  @Test
  void mergesTrainAnewWhenTheVectorsHaveMovedAway() throws IOException {
    try (IndexWriter writer = writer(config(IvfSettings.DEFAULT))) {
      add(writer, 0, 2_600);
      writer.commit();
      for (int i = 0; i < 2_000; i++) {
        writer.deleteDocuments(new Term("id", Integer.toString(i)));
        float[] opposite = VECTORS[i].clone();
        for (int c = 0; c < DIMENSION; c++) {
          opposite[c] = -opposite[c];
        }
        writer.addDocument(document(10_000 + i, opposite));
      }
      writer.commit();
      writer.forceMerge(1);
    }
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      Partitions partitions = partitions(reader);
      assertThat(partitions.trainedRows()).isEqualTo(2_600);
      assertThat(partitions.trainedDistortion()).isLessThan(.4f);
    }
  }

  @Test
  void equalVectorsAndSettingsGiveEqualFiles() throws IOException {
    byte[][] files = new byte[2][];
    for (int round = 0; round < 2; round++) {
      Path index = folder.resolve("round-" + round);
      try (Directory target = new MMapDirectory(index);
          IndexWriter writer =
              new IndexWriter(target, config(IvfSettings.DEFAULT).setUseCompoundFile(false))) {
        add(writer, 0, 3_000);
      }
      try (var names = Files.list(index)) {
        Path vectors = names.filter(p -> p.toString().endsWith(".ipv")).findFirst().orElseThrow();
        byte[] all = Files.readAllBytes(vectors);
        // Between the header, which holds the segment's random id, and the checksum of it all.
        files[round] = Arrays.copyOfRange(all, 128, all.length - 16);
      }
    }
    assertThat(files[0]).isEqualTo(files[1]);
  }

  @Test
  void everythingAboveASimilarityIsFound() throws IOException {
    try (IndexWriter writer = writer(config(IvfSettings.DEFAULT))) {
      add(writer, 0, DOCUMENTS);
    }
    float[] query = SOURCE.query();
    float least = 1.5f;
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      int found =
          new IndexSearcher(reader)
              .count(new FloatVectorSimilarityQuery.Adaptive("vector", query, least));
      long expected =
          Arrays.stream(VECTORS).filter(v -> SIMILARITY.compare(query, v) >= least).count();
      assertThat((long) found).isEqualTo(expected).isPositive();
    }
  }

  @Test
  void otherVectorsAreRefusedWithTheMend() throws IOException {
    assertRefused(
        new KnnFloatVectorField("v", VECTORS[0], VectorSimilarityFunction.EUCLIDEAN),
        "field \"v\" has similarity EUCLIDEAN, HstuIvfVectors takes DOT_PRODUCT or"
            + " MAXIMUM_INNER_PRODUCT; for cosine, normalise the vectors and use DOT_PRODUCT");
    assertRefused(
        new KnnByteVectorField("b", new byte[] {1, 2}, VectorSimilarityFunction.DOT_PRODUCT),
        "field \"b\" holds BYTE vectors, HstuIvfVectors takes FLOAT32 only; use a"
            + " KnnFloatVectorField");
  }

  private static void assertRefused(Field field, String message) throws IOException {
    Document document = new Document();
    document.add(field);
    try (Directory target = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(target, config(IvfSettings.DEFAULT))) {
      assertThatThrownBy(() -> writer.addDocument(document)).hasMessage(message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {".ipm", ".ipv", ".ipx"})
  void aDamagedFileIsNoticed(String extension) throws IOException {
    Path damaged = folder.resolve("damaged");
    try (Directory target = new MMapDirectory(damaged);
        IndexWriter writer = new IndexWriter(target, config(IvfSettings.DEFAULT))) {
      add(writer, 0, 3_000);
    }
    Path file;
    try (var names = Files.list(damaged)) {
      file = names.filter(p -> p.toString().endsWith(extension)).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 4;
    Files.write(file, bytes);
    try (Directory target = new MMapDirectory(damaged)) {
      assertThatThrownBy(
              () -> {
                try (DirectoryReader reader = DirectoryReader.open(target)) {
                  reader.leaves().get(0).reader().checkIntegrity();
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("checksum");
    }
  }

  private IndexWriter writer(IndexWriterConfig config) throws IOException {
    return new IndexWriter(directory, config);
  }

  private static IndexWriterConfig config(IvfSettings settings) {
    KnnVectorsFormat format = new IvfVectorsFormat(settings);
    return new IndexWriterConfig()
        .setUseCompoundFile(false)
        .setCodec(
            new Lucene104Codec() {
              @Override
              public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return format;
              }
            });
  }

  private static void add(IndexWriter writer, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      writer.addDocument(document(i, VECTORS[i]));
    }
  }

  private static Document document(int id, float[] vector) {
    Document document = new Document();
    document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
    document.add(new NumericDocValuesField("number", id));
    for (int classes : new int[] {2, 10, 100, 1_000}) {
      document.add(
          new StringField("class" + classes, Integer.toString(id % classes), Field.Store.NO));
    }
    document.add(new KnnFloatVectorField("vector", vector, SIMILARITY));
    return document;
  }

  private void grow(int from, int to) throws IOException {
    try (IndexWriter writer = writer(config(IvfSettings.DEFAULT))) {
      add(writer, from, to);
      writer.forceMerge(1);
    }
  }

  private int trainedRows() throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      return partitions(reader).trainedRows();
    }
  }

  private static Partitions partitions(DirectoryReader reader) {
    Partitions partitions = IvfVectorsReader.partitions(reader.leaves().get(0).reader(), "vector");
    assertThat(partitions).isNotNull();
    return partitions;
  }

  private static void assertVectorsOf(DirectoryReader reader, String field) throws IOException {
    for (LeafReaderContext leaf : reader.leaves()) {
      FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
      StoredFields stored = leaf.reader().storedFields();
      KnnVectorValues.DocIndexIterator iterator = values.iterator();
      while (iterator.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        int id = Integer.parseInt(stored.document(iterator.docID()).get("id"));
        assertThat(values.vectorValue(iterator.index())).isEqualTo(VECTORS[id]);
      }
    }
  }

  private void assertRecall(IntPredicate expected, Query filter, double recall) throws IOException {
    int k = 40;
    long hits = 0;
    long wanted = 0;
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      for (int q = 0; q < 40; q++) {
        float[] query = SOURCE.query();
        Set<Integer> truth = truth(query, k, expected);
        Set<Integer> found = best(reader, query, k, filter);
        assertThat(found).allMatch(id -> expected.test(id)).hasSize(truth.size());
        wanted += truth.size();
        truth.retainAll(found);
        hits += truth.size();
      }
    }
    assertThat((double) hits / wanted).isGreaterThanOrEqualTo(recall);
  }

  private static Set<Integer> truth(float[] query, int k, IntPredicate expected) {
    Set<Integer> best = new HashSet<>();
    IntStream.range(0, DOCUMENTS)
        .filter(expected)
        .boxed()
        .sorted(
            (a, b) ->
                Float.compare(
                    SIMILARITY.compare(query, VECTORS[b]), SIMILARITY.compare(query, VECTORS[a])))
        .limit(k)
        .forEach(best::add);
    return best;
  }

  private static Set<Integer> best(DirectoryReader reader, float[] query, int k)
      throws IOException {
    return best(reader, query, k, null);
  }

  private static Set<Integer> best(DirectoryReader reader, float[] query, int k, Query filter)
      throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    Set<Integer> ids = new HashSet<>();
    for (ScoreDoc hit :
        searcher.search(new KnnFloatVectorQuery("vector", query, k, filter), k).scoreDocs) {
      ids.add(Integer.parseInt(searcher.storedFields().document(hit.doc).get("id")));
    }
    return ids;
  }
}
