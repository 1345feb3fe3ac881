package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.IvfEncoding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// An index is told from one of other vectors by its content, whatever its type and shards; the
/// exact scan has none.
final class IndexedVectorsTest {

  private static final int ITEMS = 901;
  private static final int DIMENSION = 16;

  @TempDir private Path folder;

  private final VectorMatrix today = new ClusteredVectors(DIMENSION, 10, 1).matrix(ITEMS);
  private final VectorMatrix yesterday = new ClusteredVectors(DIMENSION, 10, 2).matrix(ITEMS);

  static Stream<IndexSettings> settings() {
    return Stream.of(
        IndexSettings.graph(GraphSettings.DEFAULT),
        IndexSettings.graph(GraphSettings.DEFAULT.withBits(4)).withShards(3),
        IndexSettings.partitions(PartitionSettings.DEFAULT).withShards(2),
        IndexSettings.partitions(new PartitionSettings(IvfEncoding.INT8)));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void anIndexOfOtherVectorsIsTold(IndexSettings settings) throws IOException {
    List<Path> shards = write(settings);

    IndexedVectors own = IndexedVectors.compare(settings, shards, today, Integer.MAX_VALUE);
    assertThat(own).isEqualTo(new IndexedVectors(ITEMS, 0, true));
    IndexedVectors stale = IndexedVectors.compare(settings, shards, yesterday, Integer.MAX_VALUE);
    assertThat(stale).isEqualTo(new IndexedVectors(ITEMS, ITEMS, true));
  }

  @Test
  void noMoreAreReadThanAsked() throws IOException {
    IndexSettings settings = IndexSettings.graph(GraphSettings.DEFAULT);

    assertThat(IndexedVectors.compare(settings, write(settings), today, 100).checked())
        .isBetween(90, 100);
  }

  @Test
  void theExactScanHasNothingToCompare() throws IOException {
    IndexSettings settings = IndexSettings.exact();

    assertThat(IndexedVectors.compare(settings, write(settings), yesterday, 100).checked())
        .isZero();
  }

  private List<Path> write(IndexSettings settings) throws IOException {
    List<Path> shards =
        IntStream.range(0, settings.shards()).mapToObj(s -> folder.resolve("shard-" + s)).toList();
    ItemIndexWriter.write(shards, today, settings, 1, IndexProgress.NONE);
    return shards;
  }
}
