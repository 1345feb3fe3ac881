package dev.hstu.benchmarks.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The generator is a function of its seed, and its vectors have the shape that it states.
final class MixtureVectorsTest {

  private static final int DIMENSION = 24;
  private static final int ROWS = 4_000;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(MixtureShape.class)
  void theSameSeedGivesTheSameBytes(MixtureShape shape) throws IOException {
    Path first = written(shape, 3, ROWS, "first");
    Path second = written(shape, 3, ROWS, "second");
    Path other = written(shape, 4, ROWS, "other");

    assertThat(first).hasSameBinaryContentAs(second);
    assertThat(Files.mismatch(first, other)).isGreaterThan(0);
    assertThat(new MixtureVectors(shape, DIMENSION, 3).queries(8))
        .isDeepEqualTo(new MixtureVectors(shape, DIMENSION, 3).queries(8));
  }

  @Test
  void moreRowsBeginWithTheSameOnes() throws IOException {
    float[][] few = FloatVectorFile.read(written(MixtureShape.CLUSTERED, 5, 100, "few"));
    float[][] more = FloatVectorFile.read(written(MixtureShape.CLUSTERED, 5, 300, "more"));

    for (int row = 0; row < few.length; row++) {
      assertThat(more[row]).isEqualTo(few[row]);
    }
  }

  @ParameterizedTest
  @EnumSource(MixtureShape.class)
  void itemsAndQueriesHaveLengthOne(MixtureShape shape) throws IOException {
    for (float[] item : FloatVectorFile.read(written(shape, 1, ROWS, "items"))) {
      assertThat(length(item)).isCloseTo(1, within(1e-5));
    }
    for (float[] query : new MixtureVectors(shape, DIMENSION, 1).queries(200)) {
      assertThat(length(query)).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void sizesOfClustersFollowZipf() {
    MixtureVectors mixture = new MixtureVectors(MixtureShape.CLUSTERED, 4, 9);
    int[] sizes = new int[MixtureVectors.CLUSTERS];
    SplittableRandom random = new SplittableRandom(1);
    for (int draw = 0; draw < 2_000_000; draw++) {
      sizes[mixture.drawCluster(random)]++;
    }

    // In proportion to 1/(i + 10): the first is eleven times the hundredth and 200 times the last.
    assertThat((double) sizes[0] / sizes[100]).isCloseTo(11, within(1.2));
    assertThat((double) sizes[0] / mean(sizes, 1_900, 2_000)).isCloseTo(196, within(15.0));
  }

  @Test
  void itemsOfAClusterLieTogetherWhereItIsClusteredAndApartWhereItIsDiffuse() {
    assertThat(meanProductWithin(MixtureShape.CLUSTERED)).isGreaterThan(0.5);
    assertThat(meanProductWithin(MixtureShape.DIFFUSE)).isBetween(0.05, 0.3);
  }

  private static double meanProductWithin(MixtureShape shape) {
    MixtureVectors mixture = new MixtureVectors(shape, DIMENSION, 2);
    SplittableRandom random = new SplittableRandom(1);
    float[] first = new float[DIMENSION];
    float[] second = new float[DIMENSION];
    double sum = 0;
    for (int cluster = 0; cluster < 500; cluster++) {
      mixture.drawItem(cluster, random, first);
      mixture.drawItem(cluster, random, second);
      sum += product(first, second);
    }
    return sum / 500;
  }

  private Path written(MixtureShape shape, long seed, int rows, String name) throws IOException {
    Path file = folder.resolve(name + ".fbin");
    new MixtureVectors(shape, DIMENSION, seed).writeItems(file, rows, done -> {});
    return file;
  }

  private static double mean(int[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i];
    }
    return sum / (to - from);
  }

  private static double length(float[] vector) {
    return Math.sqrt(product(vector, vector));
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
