package dev.hstu.retrieval.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jerolba.carpet.CarpetWriter;
import com.jerolba.carpet.ColumnNamingStrategy;
import com.jerolba.carpet.annotation.PrecisionScale;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.retrieval.data.ImportOutcome.Imported;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Proves that Parquet files with flat columns of the usual types come in like their CSV twins, and
/// that damaged ones are refused.
class ParquetImportTest {

  record Rating(long userId, String itemId, double rating, long timestamp) {}

  record Logged(UUID user, Integer item, Instant time) {}

  record Priced(
      String user,
      @PrecisionScale(precision = 20, scale = 0) BigDecimal item,
      LocalDate time,
      List<String> ignored) {}

  record Film(long itemId, String title, List<String> cast, String genres, Integer year) {}

  @TempDir Path folder;

  private Path out() {
    return folder.resolve("out");
  }

  private <T> Path write(String name, Class<T> type, CompressionCodecName codec, List<T> rows)
      throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream stream = Files.newOutputStream(file);
        CarpetWriter<T> writer =
            new CarpetWriter.Builder<>(stream, type)
                .withColumnNamingStrategy(ColumnNamingStrategy.SNAKE_CASE)
                .withCompressionCodec(codec)
                .withRowGroupSize(20_000L)
                .build()) {
      writer.write(rows);
    }
    return file;
  }

  private static List<Rating> ratings(int count) {
    SplittableRandom random = new SplittableRandom(9);
    Rating[] ratings = new Rating[count];
    Arrays.setAll(
        ratings,
        i ->
            new Rating(
                random.nextInt(50),
                "item-" + random.nextInt(300),
                random.nextInt(1, 6),
                1_000L + i));
    return List.of(ratings);
  }

  @ParameterizedTest
  @EnumSource(
      value = CompressionCodecName.class,
      names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4_RAW"})
  void everyUsualCodecGivesTheEventsOfTheCsvTwin(CompressionCodecName codec) throws IOException {
    List<Rating> ratings = ratings(5_000);
    StringBuilder csv = new StringBuilder("user_id,item_id,rating,timestamp\n");
    ratings.forEach(
        r ->
            csv.append(r.userId())
                .append(',')
                .append(r.itemId())
                .append(',')
                .append(r.rating())
                .append(',')
                .append(r.timestamp())
                .append('\n'));
    Path twin = Imports.file(folder, "twin.csv", csv.toString());
    Imports.imported(ImportRequest.of(twin, null, folder.resolve("twin")));

    Path file = write("r", Rating.class, codec, ratings);
    Imported imported = Imports.imported(ImportRequest.of(file, null, out()));

    assertThat(imported.read().formats()).containsExactly("parquet");
    assertThat(Imports.events(out())).isEqualTo(Imports.events(folder.resolve("twin")));
    assertThat(PreparedData.open(out()).fingerprint())
        .isEqualTo(PreparedData.open(folder.resolve("twin")).fingerprint());
  }

  @Test
  void timesWithAUnitNeedNone() throws IOException {
    UUID user = new UUID(1, 2);
    Path file =
        write(
            "l",
            Logged.class,
            CompressionCodecName.SNAPPY,
            List.of(
                new Logged(user, 7, Instant.parse("2024-05-01T12:30:00.999Z")),
                new Logged(user, 8, Instant.parse("2024-05-01T12:29:00Z"))));
    Imports.imported(ImportRequest.of(file, null, out()));

    assertThat(Imports.events(out()))
        .containsExactly(user + " 8@1714566540:1.0", user + " 7@1714566600:1.0");
  }

  @Test
  void nullsAreBadRowsAndNestedColumnsAreLeftOut() throws IOException {
    Path file =
        write(
            "p",
            Priced.class,
            CompressionCodecName.ZSTD,
            List.of(
                new Priced("u", new BigDecimal("12"), LocalDate.of(1970, 1, 2), List.of("x")),
                new Priced(null, new BigDecimal("12"), LocalDate.of(1970, 1, 2), List.of()),
                new Priced("u", null, LocalDate.of(1970, 1, 2), List.of("y", "z"))));
    Imported imported = Imports.tolerant(file, out(), ReadingRules.DETECTED);

    assertThat(Imports.events(out())).containsExactly("u 12@86400:1.0");
    assertThat(imported.read().badRows().stream().map(BadRow::describe))
        .containsExactly(
            file + ":row 2: unusable user id: '': it is empty",
            file + ":row 3: unusable item id: '': it is empty");
  }

  @Test
  void aCatalogueMayBeParquetToo() throws IOException {
    Path items =
        write(
            "items.parquet",
            Film.class,
            CompressionCodecName.SNAPPY,
            List.of(
                new Film(5, "Five", List.of("A", "B"), "Drama|War", 1999),
                new Film(6, null, List.of(), null, null)));
    Path log = Imports.file(folder, "log.csv", "user_id,item_id,timestamp\n1,5,1\n");
    Imports.imported(ImportRequest.of(log, items, out()));

    PreparedData data = PreparedData.open(out());
    assertThat(data.attributes().columns().stream().map(c -> c.name() + " " + c.kind()))
        .containsExactly("title TEXT", "genres LABELS", "year NUMBER");
    assertThat(data.attributes().labels("genres", 0)).containsExactly("Drama", "War");
    assertThat(data.attributes().number("year", 0)).isEqualTo(1999);
    assertThat(data.attributes().text("title", 1)).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
  void damagedFilesAreRefusedOrReadButNeverCrash(int seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes =
        Files.readAllBytes(write("r", Rating.class, CompressionCodecName.ZSTD, ratings(500)));
    byte[] damaged = seed % 2 == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    for (int i = 0; i < 8 && damaged.length > 4; i++) {
      damaged[random.nextInt(4, damaged.length)] ^= (byte) (1 << random.nextInt(8));
    }
    Path file = Files.write(folder.resolve("damaged.parquet"), damaged);

    try {
      InteractionImport.run(ImportRequest.of(file, null, out()), Imports.SILENT);
    } catch (UnusableInputException e) {
      assertThat(e).hasMessageContaining("damaged.parquet");
    }
  }

  @Test
  void aFileThatOnlyBeginsLikeParquetIsRefused() throws IOException {
    Path file = Imports.file(folder, "x.parquet", "PAR1 and no more");

    assertThatThrownBy(() -> Imports.imported(ImportRequest.of(file, null, out())))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining("no whole Parquet file");
  }

  @Test
  void columnsCanBeNamed() throws IOException {
    Path file = write("r", Rating.class, CompressionCodecName.GZIP, ratings(3));
    ReadingRules rules =
        new ReadingRules(
            FileFormat.PARQUET,
            ColumnMapping.parse("user=user_id,item=timestamp,time=timestamp"),
            ItemColumnMapping.DETECTED,
            null,
            TimeScale.SECONDS,
            null,
            Map.of());
    Imports.tolerant(file, out(), rules);

    assertThat(Imports.events(out())).hasSize(3).allMatch(e -> e.matches("\\d+ (\\d+)@\\1:.*"));
  }
}
