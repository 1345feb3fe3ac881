package dev.hstu.encoder.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdType;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Prepared data come back as they were, and a folder that isn't whole is refused with the name of
/// the file.
class PreparedDataTest {

  private static final IdTable USERS = IdTable.ofStrings(List.of("ann", "bob", "cy"));
  private static final IdTable ITEMS = IdTable.ofLongs(new long[] {1L << 60, -7, 30});
  private static final AttributeTable NO_ATTRIBUTES = AttributeTable.withoutColumns(3);
  private static final Provenance PROVENANCE = provenance("ratings.csv", new Clock.Wall());

  @TempDir private Path directory;
  private Path folder;

  @BeforeEach
  void writeFolder() throws IOException {
    folder = directory.resolve("data");
    PreparedData.write(folder, PROVENANCE, log(1), USERS, ITEMS, NO_ATTRIBUTES);
  }

  @Test
  void comesBackAsItWas() throws IOException {
    PreparedData data = PreparedData.open(folder);
    assertThat(data.log().offsets()).containsExactly(0, 2, 2, 5);
    assertThat(data.log().items()).containsExactly(1, 3, 2, 2, 1);
    assertThat(data.log().times()).containsExactly(10, 20, -5, -5, 99);
    assertThat(data.log().actions()).containsExactly(1f, 2f, 3.5f, 4f, 5f);
    assertThat(data.users().idAt(1)).isEqualTo("bob");
    assertThat(data.items().longAt(0)).isEqualTo(1L << 60);
    assertThat(data.attributes().rows()).isEqualTo(3);
    assertThat(data.clock()).isEqualTo(new Clock.Wall());
    assertThat(data.fingerprint()).matches("[0-9a-f]{64}");
  }

  @Test
  void seriesOfUsersComeBackBehindTheRowsOfTheItems() throws IOException {
    SeriesLog series =
        new SeriesLog(
            List.of(
                new SeriesColumn("gender", List.of("F", "M")),
                new SeriesColumn("language", List.of("de", "fr", "it"))),
            new long[] {0, 2, 3, 3},
            new int[] {0, 1, 1},
            new int[] {5, 6, 8},
            new long[] {SeriesEntries.ALWAYS, -5, 70});
    Path path = directory.resolve("described");
    PreparedData.write(path, PROVENANCE, log(1).withSeries(series), USERS, ITEMS, NO_ATTRIBUTES);
    PreparedData data = PreparedData.open(path);
    assertThat(data.log().series()).usingRecursiveComparison().isEqualTo(series);
    assertThat(data.fingerprint()).isNotEqualTo(PreparedData.open(folder).fingerprint());
    assertThat(PreparedData.open(folder).log().series().isEmpty()).isTrue();
    assertThat(folder.resolve(PreparedData.SERIES)).doesNotExist();
    Files.write(path.resolve(PreparedData.SERIES), new byte[] {1});
    assertThatThrownBy(() -> PreparedData.open(path))
        .hasMessageContaining(path.resolve(PreparedData.SERIES).toString());
  }

  @Test
  void theManifestSaysWhereTheDataCameFrom() throws IOException {
    PreparedManifest manifest = PreparedData.open(folder).manifest();
    assertThat(manifest.sources()).containsExactly("ratings.csv");
    assertThat(manifest.columns()).containsEntry("user", "user_id");
    assertThat(manifest.dropped()).containsEntry("no item id", 4L);
    assertThat(manifest.duplicates()).isEqualTo(2);
    assertThat(manifest.outOfOrder()).isEqualTo(3);
    assertThat(manifest.users()).isEqualTo(3);
    assertThat(manifest.items()).isEqualTo(3);
    assertThat(manifest.events()).isEqualTo(5);
    assertThat(manifest.userIdType()).isEqualTo(IdType.UTF8);
    assertThat(manifest.itemIdType()).isEqualTo(IdType.INT64);
    assertThat(Files.readString(folder.resolve(PreparedData.MANIFEST)))
        .contains("\"format_version\" : 1", "\"out_of_order\" : 3", "\"written_by\"");
  }

  @Test
  void theFingerprintIsOfClockAndContentOnly() throws IOException {
    String fingerprint = PreparedData.open(folder).fingerprint();
    assertThat(fingerprintOf(provenance("other.csv", new Clock.Wall()), 1)).isEqualTo(fingerprint);
    assertThat(fingerprintOf(PROVENANCE, 2)).isNotEqualTo(fingerprint);
    assertThat(fingerprintOf(provenance("ratings.csv", new Clock.Sequence(60)), 1))
        .isNotEqualTo(fingerprint);
  }

  @Test
  void writingLeavesNothingBesideAndReplacesNothing() {
    assertThat(directory).isDirectoryNotContaining(path -> !path.equals(folder));
    assertThatThrownBy(
            () -> PreparedData.write(folder, PROVENANCE, log(1), USERS, ITEMS, NO_ATTRIBUTES))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "manifest.json",
        "interactions.safetensors",
        "users.safetensors",
        "items.safetensors",
        "attributes.safetensors"
      })
  void aMissingOrCutFileIsRefusedByName(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(name));
    for (int length : new int[] {0, bytes.length / 2, bytes.length - 1}) {
      Files.write(folder.resolve(name), Arrays.copyOf(bytes, length));
      assertRefusedNaming(name);
    }
    Files.delete(folder.resolve(name));
    assertRefusedNaming(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"interactions.safetensors", "users.safetensors", "items.safetensors"})
  void anyFlippedBitIsRefusedByName(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(name));
    Random random = new Random(7);
    for (int trial = 0; trial < 50; trial++) {
      byte[] changed = bytes.clone();
      changed[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(folder.resolve(name), changed);
      assertRefusedNaming(name);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"clock\" : \"wall\" | \"clock\" : \"sequence(step=60)\" | fingerprint",
        "\"format_version\" : 1 | \"format_version\" : 2 | was written by",
        "\"events\" : 5, | | Missing creator property 'events'",
        "\"users.safetensors\" | \"u.safetensors\" | lists no checksum of users.safetensors",
      })
  void aChangedManifestIsRefused(String text, String replacement, String reason)
      throws IOException {
    Path manifest = folder.resolve(PreparedData.MANIFEST);
    String json = Files.readString(manifest);
    assertThat(json).contains(text);
    Files.writeString(manifest, json.replace(text, replacement == null ? "" : replacement));
    assertThatThrownBy(() -> PreparedData.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(manifest.toString())
        .hasMessageContaining(reason);
  }

  @Test
  void partsThatDoNotFitAreRefusedBeforeAnythingIsWritten() {
    Path other = directory.resolve("other");
    assertRefused(other, log(1), IdTable.ofLongs(new long[] {1}), "the log has 3 users");
    assertRefused(other, log(7), USERS, "item row 7 of event 0 must be within 1..3");
    InteractionLog descending =
        new InteractionLog(
            new long[] {0, 0, 0, 2}, new int[] {1, 1}, new long[] {9, 8}, new float[2]);
    assertRefused(other, descending, USERS, "time 8 of event 1 must be within 9..");
    InteractionLog milliseconds =
        new InteractionLog(
            new long[] {0, 0, 0, 1}, new int[] {1}, new long[] {978300000000L}, new float[1]);
    assertRefused(other, milliseconds, USERS, "time 978300000000 of event 0");
    assertThat(directory).isDirectoryNotContaining(path -> !path.equals(folder));
  }

  private void assertRefused(Path target, InteractionLog log, IdTable users, String reason) {
    assertThatThrownBy(
            () -> PreparedData.write(target, PROVENANCE, log, users, ITEMS, NO_ATTRIBUTES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  private void assertRefusedNaming(String name) {
    assertThatThrownBy(() -> PreparedData.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.resolve(name).toString());
  }

  private String fingerprintOf(Provenance provenance, int firstItem) throws IOException {
    Path path = Files.createTempDirectory(directory, "f").resolve("data");
    return PreparedData.write(path, provenance, log(firstItem), USERS, ITEMS, NO_ATTRIBUTES)
        .fingerprint();
  }

  /// Three users, the second without events.
  private static InteractionLog log(int firstItem) {
    return new InteractionLog(
        new long[] {0, 2, 2, 5},
        new int[] {firstItem, 3, 2, 2, 1},
        new long[] {10, 20, -5, -5, 99},
        new float[] {1f, 2f, 3.5f, 4f, 5f});
  }

  private static Provenance provenance(String source, Clock clock) {
    TreeMap<String, String> columns = new TreeMap<>();
    columns.put("user", "user_id");
    TreeMap<String, Long> dropped = new TreeMap<>();
    dropped.put("no item id", 4L);
    return new Provenance(List.of(source), columns, clock, dropped, 2, 3);
  }
}
