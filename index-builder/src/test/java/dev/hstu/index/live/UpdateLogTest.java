package dev.hstu.index.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.search.ClusteredVectors;
import dev.hstu.kernels.log.LogSegment;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DirectoryLockedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the log acknowledged is in it, in order, whatever happens to what it had not.
final class UpdateLogTest {

  private static final String MODEL = "a".repeat(64);
  private static final String OTHER = "b".repeat(64);
  private static final LogSettings SMALL = new LogSettings(2_000, 1 << 20, 1 << 30);

  @TempDir Path folder;

  private ClusteredVectors vectors;

  @BeforeEach
  void seed() {
    vectors = new ClusteredVectors(8, 4, 1);
  }

  @Test
  void everyUpdateComesBackAsItWas() throws IOException, InterruptedException {
    List<ItemUpdate> updates =
        List.of(
            LiveFixtures.put("häns", vectors.query()),
            LiveFixtures.delete("-9223372036854775808"),
            LiveFixtures.put(
                "x",
                vectors.query(),
                new AttributeValue.Text("title", "Ein Titel"),
                new AttributeValue.Labels("genres", List.of("a", "b")),
                new AttributeValue.Number("year", 2026.5)),
            LiveFixtures.put("y", vectors.query(), new AttributeValue[0]));
    try (UpdateLog log = UpdateLog.open(folder, LogSettings.DEFAULT)) {
      assertThat(log.append(MODEL, updates)).isEqualTo(4);
      assertThat(log.append(OTHER, List.of(LiveFixtures.delete("z")))).isEqualTo(5);
    }
    List<LoggedUpdate> read = readAll();
    assertThat(read).extracting(LoggedUpdate::sequence).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(read)
        .extracting(LoggedUpdate::modelFingerprint)
        .containsExactly(MODEL, MODEL, MODEL, MODEL, OTHER);
    for (int i = 0; i < updates.size(); i++) {
      assertSame(read.get(i).update(), updates.get(i));
    }
  }

  @Test
  void appendsOfManyThreadsKeepTheirOrderPerThreadAndShareWrites() throws Exception {
    int threads = 8;
    int each = 200;
    try (UpdateLog log = UpdateLog.open(folder, SMALL);
        ExecutorService writers = Executors.newFixedThreadPool(threads)) {
      List<CompletableFuture<Void>> done = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        String id = "item-" + t;
        done.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int i = 0; i < each; i++) {
                    append(
                        log,
                        LiveFixtures.put(id, vectorOf(i), new AttributeValue.Number("version", i)));
                  }
                },
                writers));
      }
      CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)).join();
      assertThat(log.lastSequence()).isEqualTo((long) threads * each);
    }
    // Small segments have been compacted meanwhile: what is left ascends, and ends with the last.
    Map<String, Double> last = new HashMap<>();
    for (LoggedUpdate update : readAll()) {
      ItemUpdate.Upsert upsert = (ItemUpdate.Upsert) update.update();
      double version = ((AttributeValue.Number) upsert.attributes().of("version")).number();
      assertThat(version).isGreaterThan(last.getOrDefault(upsert.id(), -1.0));
      last.put(upsert.id(), version);
    }
    assertThat(last)
        .hasSize(threads)
        .allSatisfy((id, version) -> assertThat(version).isEqualTo(each - 1));
  }

  /// Every way in which the last batch can be cut or have one byte changed.
  @Test
  void aTornLastBatchIsCutAndNothingBeforeIt() throws IOException, InterruptedException {
    try (UpdateLog log = UpdateLog.open(folder, LogSettings.DEFAULT)) {
      log.append(MODEL, List.of(LiveFixtures.put("a", vectors.query()), LiveFixtures.delete("b")));
    }
    Path segment = LogSegment.path(folder, 1);
    int whole = (int) Files.size(segment);
    try (UpdateLog log = UpdateLog.open(folder, LogSettings.DEFAULT)) {
      log.append(MODEL, List.of(LiveFixtures.put("c", vectors.query())));
    }
    byte[] bytes = Files.readAllBytes(segment);
    for (int at = whole; at < bytes.length; at++) {
      Files.write(segment, Arrays.copyOf(bytes, at));
      assertRecovers(segment, whole);
      byte[] flipped = bytes.clone();
      flipped[at] ^= 0x10;
      Files.write(segment, flipped);
      assertRecovers(segment, whole);
    }
  }

  @Test
  void damageBeforeTheLastBatchIsRefusedWithFileAndOffset()
      throws IOException, InterruptedException {
    long first;
    try (UpdateLog log = UpdateLog.open(folder, LogSettings.DEFAULT)) {
      log.append(MODEL, List.of(LiveFixtures.put("a", vectors.query())));
      first = log.bytes();
      log.append(MODEL, List.of(LiveFixtures.put("b", vectors.query())));
      log.append(MODEL, List.of(LiveFixtures.put("c", vectors.query())));
    }
    Path segment = LogSegment.path(folder, 1);
    byte[] bytes = Files.readAllBytes(segment);
    bytes[(int) first + 60] ^= 1;
    Files.write(segment, bytes);
    assertThatThrownBy(() -> UpdateLog.open(folder, LogSettings.DEFAULT))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(segment.toString())
        .hasMessageContaining("offset " + first)
        .hasMessageContaining("after update 1");
    assertThat(Files.readAllBytes(segment)).isEqualTo(bytes);
  }

  @Test
  void aCutEarlierSegmentIsRefused() throws IOException, InterruptedException {
    try (UpdateLog log = UpdateLog.open(folder, SMALL)) {
      while (log.segments().size() < 2) {
        log.append(MODEL, List.of(LiveFixtures.put("a", vectors.query())));
      }
      log.append(MODEL, List.of(LiveFixtures.put("a", vectors.query())));
    }
    Path segment = LogSegment.path(folder, 1);
    byte[] bytes = Files.readAllBytes(segment);
    Files.write(segment, Arrays.copyOf(bytes, bytes.length - 3));
    assertThatThrownBy(() -> UpdateLog.open(folder, SMALL))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(segment.toString());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void compactingKeepsWhatEveryUpdateTogetherAmountTo(long seed)
      throws IOException, InterruptedException {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, String> before;
    try (UpdateLog log = UpdateLog.open(folder, new LogSettings(4_000, 1 << 20, 1 << 30))) {
      for (int i = 0; i < 300; i++) {
        log.append(random.nextInt(4) == 0 ? OTHER : MODEL, List.of(randomUpdate(random, i)));
      }
      before = amountsTo();
      log.compact();
      assertThat(amountsTo()).isEqualTo(before);
      log.append(MODEL, List.of(LiveFixtures.delete("never")));
      log.compact();
    }
    before.put("never", "delete");
    assertThat(amountsTo()).isEqualTo(before);
    try (UpdateLog log = UpdateLog.open(folder, SMALL)) {
      assertThat(log.lastSequence()).isEqualTo(301);
    }
    assertThat(amountsTo()).isEqualTo(before);
  }

  /// A compaction that died after its rename leaves segments that the new one covers.
  @Test
  void leftoversOfACompactionAreNeitherReadNorKept() throws IOException, InterruptedException {
    Path copies = Files.createDirectory(folder.resolve("copies"));
    Map<String, String> before;
    try (UpdateLog log = UpdateLog.open(folder, new LogSettings(1_000, 1 << 20, 1 << 30))) {
      SplittableRandom random = new SplittableRandom(5);
      while (log.segments().size() < 4) {
        log.append(MODEL, List.of(randomUpdate(random, 1)));
      }
      before = amountsTo();
      for (LogSegment segment : log.segments()) {
        Files.copy(segment.file(), copies.resolve(segment.file().getFileName()));
      }
      log.compact();
    }
    for (long number : new long[] {1, 2}) {
      Path name = LogSegment.path(folder, number).getFileName();
      if (!Files.exists(folder.resolve(name))) {
        Files.copy(copies.resolve(name), folder.resolve(name));
      }
    }
    assertThat(amountsTo()).isEqualTo(before);
    UpdateLog.open(folder, SMALL).close();
    assertThat(LogSegment.all(UpdateBatch.FORMAT, folder)).hasSize(2);
    assertThat(amountsTo()).isEqualTo(before);
  }

  @Test
  void sequenceNumbersGoOnBeyondWhatAGenerationCarried() throws IOException, InterruptedException {
    try (UpdateLog log = UpdateLog.open(folder, SMALL)) {
      log.advanceBeyond(41);
      assertThat(log.append(MODEL, List.of(LiveFixtures.delete("a")))).isEqualTo(42);
    }
  }

  @Test
  void boundsRefuseWithoutTakingAnything() throws IOException, InterruptedException {
    LogSettings tight = new LogSettings(1 << 20, UpdateRecord.MAX_BYTES, 1 << 20);
    try (UpdateLog log = UpdateLog.open(folder, tight)) {
      List<ItemUpdate> many = new ArrayList<>();
      for (int i = 0; i < UpdateRecord.MAX_BYTES / 40; i++) {
        many.add(LiveFixtures.put("id-" + i, vectors.query()));
      }
      assertThatThrownBy(() -> log.append(MODEL, many))
          .isInstanceOfSatisfying(
              UpdatesRefusedException.class, e -> assertThat(e.isPassing()).isTrue());
      assertThat(log.append(MODEL, many.subList(0, 2))).isEqualTo(2);
      List<ItemUpdate> some = many.subList(0, 3_000);
      assertThatThrownBy(
              () -> {
                while (true) {
                  log.append(MODEL, some);
                }
              })
          .isInstanceOfSatisfying(
              UpdatesRefusedException.class, e -> assertThat(e.isPassing()).isFalse());
      assertThat(log.bytes()).isLessThanOrEqualTo(tight.maxBytes());
    }
  }

  @Test
  void oneProcessWritesAtATime() throws IOException {
    try (UpdateLog log = UpdateLog.open(folder, SMALL)) {
      assertThat(log.lastSequence()).isZero();
      assertThatThrownBy(() -> UpdateLog.open(folder, SMALL))
          .isInstanceOf(DirectoryLockedException.class);
    }
  }

  @Test
  void whatCannotBeSearchedIsNoUpdate() {
    float[] half = {0.5f, 0, 0};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LiveFixtures.put("a", half))
        .withMessage("vector of item 'a' has norm 0.5, must be 1 within 0.001; normalise it");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LiveFixtures.put("a", new float[] {Float.NaN}));
    assertThatIllegalArgumentException().isThrownBy(() -> LiveFixtures.delete(""));
    assertThatIllegalArgumentException().isThrownBy(() -> LiveFixtures.delete("x".repeat(1025)));
  }

  private ItemUpdate randomUpdate(SplittableRandom random, int number) {
    String id = "item-" + random.nextInt(20);
    return switch (random.nextInt(3)) {
      case 0 -> LiveFixtures.delete(id);
      case 1 -> LiveFixtures.put(id, vectors.query());
      default -> LiveFixtures.put(id, vectors.query(), new AttributeValue.Number("number", number));
    };
  }

  /// By id what a reader makes of the log, once all was applied.
  private Map<String, String> amountsTo() throws IOException {
    Map<String, String> state = new HashMap<>();
    try (LogSnapshot log = LogSnapshot.open(folder)) {
      LastUpdates.of(log, 0)
          .forEach(log, update -> state.put(update.update().id(), describe(update)));
    }
    return state;
  }

  private static String describe(LoggedUpdate update) {
    return switch (update.update()) {
      case ItemUpdate.Delete _ -> "delete";
      case ItemUpdate.Upsert upsert ->
          update.modelFingerprint()
              + Arrays.toString(upsert.vector())
              + upsert.attributes()
              + update.sequence();
    };
  }

  private List<LoggedUpdate> readAll() throws IOException {
    List<LoggedUpdate> updates = new ArrayList<>();
    try (LogSnapshot log = LogSnapshot.open(folder)) {
      log.forEach(updates::add);
    }
    return updates;
  }

  private void assertRecovers(Path segment, int whole) throws IOException {
    try (UpdateLog log = UpdateLog.open(folder, LogSettings.DEFAULT)) {
      assertThat(log.lastSequence()).isEqualTo(2);
    }
    assertThat(Files.size(segment)).isEqualTo(whole);
    assertThat(readAll()).hasSize(2);
  }

  private static void append(UpdateLog log, ItemUpdate update) {
    try {
      log.append(MODEL, List.of(update));
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static float[] vectorOf(int number) {
    float[] vector = new float[8];
    vector[number % 8] = 1;
    return vector;
  }

  private static void assertSame(ItemUpdate read, ItemUpdate written) {
    assertThat(read).usingRecursiveComparison().isEqualTo(written);
  }
}
