package dev.hstu.index.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.search.IndexSettings;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.FileChecksum;
import dev.hstu.kernels.tables.IdType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `generation.json` is read as it was written, or not at all.
final class ManifestFileTest {

  private static final String ID = "20260131T235958Z-0123456789ab";

  private static final GenerationManifest MANIFEST =
      new GenerationManifest(
          GenerationManifest.FORMAT_VERSION,
          "hstu-retrieval test",
          ID,
          Instant.parse("2026-01-31T23:59:58Z"),
          null,
          "f".repeat(64),
          "0".repeat(64),
          IdType.UTF8,
          64,
          "inner_product",
          7,
          List.of(new ShardManifest("index/shard-000", 3), new ShardManifest("index/shard-001", 4)),
          IndexSettings.DEFAULT.withShards(2),
          12_345,
          new TreeMap<>(Map.of("hr@100", .625, "recall@500", .99)),
          new TreeMap<>(Map.of("model/config.json", new FileChecksum(12, "a".repeat(64)))));

  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("generation.json");
    ManifestFile.write(file, MANIFEST);
  }

  @Test
  void isReadAsWritten() throws IOException {
    assertThat(ManifestFile.read(file)).isEqualTo(MANIFEST);
    assertThat(Files.readString(file))
        .contains("\"format_version\" : 2", "\"created_at\" : \"2026-01-31T23:59:58Z\"");
  }

  @Test
  void noFlippedBitGoesUnseen() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(9);
    for (int round = 0; round < 500; round++) {
      byte[] damaged = bytes.clone();
      damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, damaged);
      assertThatThrownBy(() -> ManifestFile.read(file))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void noCutGoesUnseen() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (int length = 0; length < bytes.length - 1; length += 13) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> ManifestFile.read(file)).isInstanceOf(DamagedFileException.class);
    }
  }

  @Test
  void aNewerFormatIsRefusedWithTheReleaseThatWroteIt() throws IOException {
    Files.writeString(
        file, "{\"format_version\": 99, \"written_by\": \"hstu-retrieval 7.1\", \"unheard\": {}}");

    assertThatThrownBy(() -> ManifestFile.read(file))
        .hasMessageContaining("format version 99 was written by hstu-retrieval 7.1")
        .hasMessageContaining("reads up to 2");
  }

  @Test
  void aMissingFileSaysWhatItMeans() throws IOException {
    Files.delete(file);

    assertThatThrownBy(() -> ManifestFile.read(file))
        .hasMessageEndingWith("is missing; the folder is no whole generation");
  }

  @Test
  void refusesWhatCannotBeAGeneration() {
    assertThatThrownBy(() -> new ShardManifest("../elsewhere", 1))
        .hasMessageContaining("is not index/shard-NNN");
    assertThatThrownBy(
            () ->
                new GenerationManifest(
                    GenerationManifest.FORMAT_VERSION,
                    "x",
                    ID,
                    Instant.EPOCH,
                    null,
                    "f",
                    "0",
                    IdType.INT64,
                    1,
                    "inner_product",
                    8,
                    MANIFEST.shards(),
                    IndexSettings.DEFAULT,
                    0,
                    new TreeMap<>(),
                    new TreeMap<>()))
        .hasMessage("items=8 must be the sum over at least one shard, which is 7");
  }
}
