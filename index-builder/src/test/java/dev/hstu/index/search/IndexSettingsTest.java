package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.format.IvfEncoding;
import dev.hstu.kernels.storage.ContentDigest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Settings are bounded, and those that have an effect make the digest.
final class IndexSettingsTest {

  @Test
  void refusesWhatIsOutOfBounds() {
    assertThatThrownBy(() -> IndexSettings.DEFAULT.withShards(0))
        .hasMessage("shards=0 must be within 1..256");
    assertThatThrownBy(() -> GraphSettings.DEFAULT.withBits(16))
        .hasMessage("bits=16 must be one of [32, 8, 7, 4, 2, 1]");
    assertThatThrownBy(() -> new PartitionSettings(IvfEncoding.FLOAT32, 0, 1))
        .hasMessage("trainingSeconds=0 must be within 1..3600");
    assertThatThrownBy(() -> new SearchDefaults(-1, .9)).hasMessageContaining("beam=-1");
    assertThatThrownBy(() -> new SearchDefaults(0, 0)).hasMessageContaining("recall=0");
    assertThatThrownBy(() -> new SearchDefaults(0, 1.1)).hasMessageContaining("recall=1.1");
  }

  @Test
  void storedDefaultsYieldToWhatASearchChooses() {
    SearchDefaults stored = new SearchDefaults(700, .9);

    assertThat(stored.options(SearchPlan.AUTO))
        .isEqualTo(new SearchOptions(700, SearchPlan.AUTO, .9));
    assertThat(stored.options(SearchPlan.INDEX, 50, .99))
        .isEqualTo(new SearchOptions(50, SearchPlan.INDEX, .99));
  }

  @Test
  void whateverHasAnEffectChangesTheDigest() {
    IndexSettings partitions = IndexSettings.partitions(PartitionSettings.DEFAULT);
    List<IndexSettings> different =
        List.of(
            IndexSettings.DEFAULT,
            IndexSettings.graph(GraphSettings.DEFAULT.withBits(8)),
            IndexSettings.graph(new GraphSettings(16, 101)),
            IndexSettings.DEFAULT.withShards(2),
            IndexSettings.DEFAULT.withSearch(new SearchDefaults(9, .95)),
            IndexSettings.exact(),
            partitions,
            partitions.withSearch(new SearchDefaults(0, .9)),
            IndexSettings.partitions(new PartitionSettings(IvfEncoding.FLOAT32)),
            IndexSettings.partitions(new PartitionSettings(IvfEncoding.FLOAT32, 120, 2)));

    assertThat(different.stream().map(IndexSettingsTest::digest)).doesNotHaveDuplicates();
    assertThat(
            Stream.of(8, 7, 4)
                .map(bits -> IndexSettings.graph(GraphSettings.DEFAULT.withBits(bits)))
                .map(settings -> digest(settings.withType(IndexType.EXACT))))
        .as("bits of a graph that isn't there")
        .containsOnly(digest(IndexSettings.exact()));
  }

  private static String digest(IndexSettings settings) {
    ContentDigest digest = new ContentDigest();
    settings.digest(digest);
    return digest.hex();
  }
}
