package dev.hstu.retrieval.data;

import static dev.hstu.retrieval.data.Imports.events;
import static dev.hstu.retrieval.data.Imports.file;
import static dev.hstu.retrieval.data.Imports.imported;
import static dev.hstu.retrieval.data.Imports.tolerant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.IdType;
import dev.hstu.retrieval.data.ImportOutcome.Imported;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Proves what an import keeps, drops, counts and refuses, format by format and rule by rule.
class InteractionImportTest {

  private static final String HEADER = "user_id,item_id,rating,timestamp\n";

  @TempDir Path folder;

  private Path out() {
    return folder.resolve("out");
  }

  private Imported importText(String content) throws IOException {
    return tolerant(file(folder, "log.csv", content), out(), ReadingRules.DETECTED);
  }

  private static ReadingRules rules(String columns, Clock clock, TimeScale scale, IdType type) {
    return new ReadingRules(
        null,
        columns == null ? ColumnMapping.DETECTED : ColumnMapping.parse(columns),
        ItemColumnMapping.DETECTED,
        clock,
        scale,
        type,
        Map.of());
  }

  // --- formats

  @Test
  void everyTextFormatGivesTheSameEvents() throws IOException {
    Map<String, String> formats =
        Map.of(
            "ratings.dat", "1::10::4::100\n1::11::3.5::101\n2::10::5::90\n",
            "u.data", "1\t10\t4\t100\n1\t11\t3.5\t101\n2\t10\t5\t90\n",
            "ratings.csv", "userId,movieId,rating,timestamp\n1,10,4,100\n1,11,3.5,101\n2,10,5,90\n",
            "any.tsv", "item\tuser\ttime\taction\n10\t1\t100\t4\n11\t1\t101\t3.5\n10\t2\t90\t5\n",
            "semicolons.csv",
                "\"user\";\"item\";\"ts\";\"score\"\n1;\"10\";100;4\n1;11;101;3.5\n2;10;90;5\n");
    for (Map.Entry<String, String> format : formats.entrySet()) {
      Path out = folder.resolve("out-" + format.getKey());
      imported(ImportRequest.of(file(folder, format.getKey(), format.getValue()), null, out));

      assertThat(events(out))
          .as(format.getKey())
          .containsExactly("1 10@100:4.0", "1 11@101:3.5", "2 10@90:5.0");
    }
  }

  @ParameterizedTest
  @CsvSource({"ratings.dat, grouplens-dat", "u.data, grouplens-tabs", "x.csv, csv"})
  void aFormatCanBeForcedAndThenOtherContentIsBad(String name, String format) throws IOException {
    assertThat(FileFormat.parse(format).option()).isEqualTo(format);
    Path log = file(folder, name, "1;2;3\n4;5;6\n");
    ReadingRules forced =
        new ReadingRules(
            FileFormat.parse(format),
            ColumnMapping.DETECTED,
            ItemColumnMapping.DETECTED,
            null,
            TimeScale.SECONDS,
            null,
            Map.of());

    assertThatThrownBy(() -> tolerant(log, out(), forced))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining(name);
    assertThat(out()).doesNotExist();
  }

  @Test
  void anUnknownFormatIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> FileFormat.parse("xml"))
        .hasMessage(
            "format 'xml' is not known; give one of grouplens-dat, grouplens-tabs, csv, parquet");
  }

  @Test
  void columnsAreNamedOrNumbered() throws IOException {
    Path named = file(folder, "named.csv", "when,who,what,how\n7,a,x,1\n");
    tolerant(
        named,
        folder.resolve("n"),
        rules("user=who,item=what,time=when,action=how", null, TimeScale.SECONDS, null));
    Path numbered = file(folder, "numbered.csv", "a,x,1,7\n");
    tolerant(
        numbered,
        folder.resolve("m"),
        rules("user=#1,item=#2,action=#3,time=#4", null, TimeScale.SECONDS, null));

    assertThat(events(folder.resolve("n"))).containsExactly("a x@7:1.0");
    assertThat(events(folder.resolve("m"))).containsExactly("a x@7:1.0");
  }

  @Test
  void gzipIsKnownByItsBytesWhateverTheName() throws IOException {
    Path log = folder.resolve("log.csv");
    Files.write(log, Imports.gzip(HEADER + "1,10,4,100\n"));

    imported(ImportRequest.of(log, null, out()));

    assertThat(events(out())).containsExactly("1 10@100:4.0");
  }

  @Test
  void aCutGzipStopsTheImportAndLeavesNothing() throws IOException {
    StringBuilder rows = new StringBuilder(HEADER);
    for (int i = 0; i < 50_000; i++) {
      rows.append(i % 97).append(',').append(i * 31 % 1013).append(",4,").append(i).append('\n');
    }
    byte[] whole = Imports.gzip(rows.toString());
    Path log = folder.resolve("log.csv.gz");
    Files.write(log, Arrays.copyOf(whole, whole.length / 2));

    assertThatThrownBy(() -> imported(ImportRequest.of(log, null, out())))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining("cannot be read beyond row")
        .hasMessageContaining("log.csv.gz");
    assertThat(Imports.entries(folder)).containsExactly(log);
  }

  @ParameterizedTest
  @CsvSource({
    "28b52ffd00000000, zstd",
    "504b030400000000, zip",
    "425a683900000000, bzip2",
    "fd377a585a000000, xz",
    "fffe750073006500, UTF-16"
  })
  void otherPackingsAreRefusedByName(String bytes, String name) throws IOException {
    Path log = folder.resolve("log");
    Files.write(log, HexFormat.of().parseHex(bytes));

    assertThatThrownBy(() -> imported(ImportRequest.of(log, null, out())))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining(name);
  }

  @Test
  void byteOrderMarkAndWindowsLineBreaksAreNoPartOfTheData() throws IOException {
    importText("\uFEFFuser_id,item_id,timestamp\r\n1,a,5\r\n1,b,6\r\n");

    assertThat(events(out())).containsExactly("1 a@5:1.0", "1 b@6:1.0");
  }

  @Test
  void quotedFieldsMayHoldSeparatorsQuotesAndLineBreaks() throws IOException {
    importText(
        "user_id,item_id,comment,timestamp\n"
            + "1,\"a,b\",\"two\nlines, and \"\"quotes\"\"\",5\n"
            + "1,plain,inner \" quote,6\n"
            + "\"1\",\"q\"\"q\",,7\n");

    assertThat(events(out())).containsExactly("1 a,b@5:1.0", "1 plain@6:1.0", "1 q\"q@7:1.0");
  }

  @Test
  void severalFilesAreOneLog() throws IOException {
    Path first = file(folder, "a.csv", HEADER + "1,10,4,100\n2,11,4,50\n");
    Path second = file(folder, "b.dat", "1::12::5::90\n");
    Imported imported =
        imported(ImportRequest.of(List.of(first, second), null, out()).withMaxBadShare(0));

    assertThat(events(out())).containsExactly("1 12@90:5.0", "1 10@100:4.0", "2 11@50:4.0");
    assertThat(imported.read().formats()).containsExactly("csv", "grouplens-dat");
    assertThat(imported.events().outOfOrder()).isEqualTo(1);
  }

  // --- ids

  @Test
  void integerIdsKeepAll64Bits() throws IOException {
    importText(
        HEADER
            + "9007199254740993,9223372036854775807,1,1\n"
            + "9007199254740993,-9223372036854775808,1,2\n"
            + "9007199254740992,4294967297,1,3\n");

    assertThat(events(out()))
        .containsExactly(
            "9007199254740993 9223372036854775807@1:1.0",
            "9007199254740993 -9223372036854775808@2:1.0",
            "9007199254740992 4294967297@3:1.0");
    assertThat(PreparedData.open(out()).items().type()).isEqualTo(IdType.INT64);
  }

  @ParameterizedTest
  @ValueSource(strings = {"007", "+7", "7.0", "-0", "9223372036854775808", "B00X", "🎬", "naïve"})
  void oneIdThatIsNoCanonicalIntegerMakesAllOfThemTextAndChangesNone(String id) throws IOException {
    Imported imported = importText(HEADER + "1,7,1,1\n1," + id + ",1,2\n1,8,1,3\n1,7,1,4\n");

    PreparedData data = PreparedData.open(out());
    assertThat(data.items().type()).isEqualTo(IdType.UTF8);
    assertThat(data.users().type()).isEqualTo(IdType.INT64);
    assertThat(events(out()))
        .containsExactly("1 7@1:1.0", "1 " + id + "@2:1.0", "1 8@3:1.0", "1 7@4:1.0");
    assertThat(imported.read().notes()).anySatisfy(note -> assertThat(note).contains(id));
  }

  @Test
  void theIdTypeCanBeForced() throws IOException {
    Path log = file(folder, "log.csv", HEADER + "1,7,1,1\n1,x,1,2\n");
    Imported longs =
        tolerant(log, folder.resolve("i"), rules(null, null, TimeScale.SECONDS, IdType.INT64));
    Path numbers = file(folder, "numbers.csv", HEADER + "1,7,1,1\n");
    tolerant(numbers, folder.resolve("u"), rules(null, null, TimeScale.SECONDS, IdType.UTF8));

    assertThat(longs.read().interactions().badByReason()).containsEntry("unusable item id", 1L);
    assertThat(longs.read().badRows().getFirst().describe())
        .isEqualTo(
            log
                + ":line 3: unusable item id: 'x': it is not a 64-bit decimal integer, which"
                + " --id-type int64 asks for");
    assertThat(PreparedData.open(folder.resolve("u")).items().type()).isEqualTo(IdType.UTF8);
  }

  @Test
  void unusableIdsAreBadRows() throws IOException {
    Imported imported =
        importText(
            HEADER
                + "1,ok,1,1\n"
                + ",a,1,1\n"
                + "1,,1,1\n"
                + "1, a,1,1\n"
                + "1,a\tb,1,1\n"
                + "1,"
                + "x".repeat(1025)
                + ",1,1\n");
    byte[] latin = (HEADER + "1,caf\u00e9,1,1\n1,ok,1,2\n").getBytes(StandardCharsets.ISO_8859_1);
    Path damaged = Files.write(folder.resolve("latin.csv"), latin);
    Imported latinImport = tolerant(damaged, folder.resolve("l"), ReadingRules.DETECTED);

    assertThat(imported.events().events()).isEqualTo(1);
    assertThat(imported.read().interactions().badByReason())
        .containsEntry("unusable item id", 4L)
        .containsEntry("unusable user id", 1L);
    assertThat(latinImport.read().badRows().getFirst().detail()).contains("not valid UTF-8");
  }

  // --- times, order, duplicates

  @Test
  void equalTimesKeepTheOrderOfTheFileAndOthersAreSorted() throws IOException {
    Imported imported =
        importText(HEADER + "1,c,1,5\n1,a,1,5\n2,z,1,9\n1,b,1,5\n1,first,1,4\n2,y,1,8\n1,d,1,5\n");

    assertThat(events(out()))
        .containsExactly(
            "1 first@4:1.0",
            "1 c@5:1.0",
            "1 a@5:1.0",
            "1 b@5:1.0",
            "1 d@5:1.0",
            "2 y@8:1.0",
            "2 z@9:1.0");
    assertThat(imported.events().outOfOrder()).isEqualTo(2);
  }

  @Test
  void duplicatesGoAndRepeatsStayUnlessAskedToGo() throws IOException {
    String rows = HEADER + "1,a,1,5\n1,b,1,5\n1,a,1,5\n1,a,2,5\n1,a,1,6\n2,a,1,5\n";
    Path log = file(folder, "log.csv", rows);
    Imported kept = tolerant(log, out(), ReadingRules.DETECTED);
    Imported dropped =
        imported(ImportRequest.of(log, null, folder.resolve("d")).withDropRepeats(true));

    assertThat(kept.events().duplicates()).isEqualTo(1);
    assertThat(events(out()))
        .containsExactly("1 a@5:1.0", "1 b@5:1.0", "1 a@5:2.0", "1 a@6:1.0", "2 a@5:1.0");
    assertThat(dropped.events().repeats()).isEqualTo(2);
    assertThat(events(folder.resolve("d"))).containsExactly("1 a@5:1.0", "1 b@5:1.0", "2 a@5:1.0");
  }

  @Test
  void eventsFromAnInstantOnAreLeftOutAndCounted() throws IOException {
    Path log = file(folder, "log.csv", HEADER + "1,a,1,5\n1,b,1,10\n2,c,1,11\n2,a,1,9\n");
    Path ordered = file(folder, "ordered.csv", "user,item,seq\n1,a,1\n");

    imported(until(log, 10));

    assertThat(events(out())).containsExactly("1 a@5:1.0", "2 a@9:1.0");
    assertThat(PreparedData.open(out()).manifest().dropped())
        .containsExactly(Map.entry("from --until on", 2L));
    assertThatThrownBy(() -> imported(until(ordered, 10)))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining("gives order and no time (sequence(step=60))");
  }

  private ImportRequest until(Path log, long seconds) {
    return ImportRequest.of(log, null, out()).overwriting().withUntil(seconds);
  }

  @Test
  void millisecondsAreRefusedUnlessSaidToBe() throws IOException {
    Path log = file(folder, "log.csv", HEADER + "1,a,1,1700000000123\n1,b,1,1700000001999\n");

    ImportOutcome refused =
        InteractionImport.run(ImportRequest.of(log, null, out()), Imports.SILENT);
    assertThat(refused).isInstanceOf(ImportOutcome.TooManyBadRows.class);
    assertThat(refused.read().badRows().getFirst().detail()).contains("--time-unit ms");
    assertThat(out()).doesNotExist();

    tolerant(log, out(), rules(null, null, TimeScale.MILLISECONDS, null));
    assertThat(events(out())).containsExactly("1 a@1700000000:1.0", "1 b@1700000001:1.0");
  }

  @Test
  void orderOnlyDataGetsASequenceClockAndSaysSo() throws IOException {
    Imported bySeq =
        tolerant(
            file(folder, "seq.csv", "user_id,item_id,seq\n1,b,2\n1,a,1\n2,c,1\n"),
            folder.resolve("s"),
            ReadingRules.DETECTED);
    Imported byFile =
        tolerant(
            file(folder, "file.csv", "user_id,item_id\n1,b\n2,c\n1,a\n1,b\n"),
            folder.resolve("f"),
            ReadingRules.DETECTED);
    Imported byTime =
        tolerant(
            file(folder, "time.csv", "user_id,item_id,timestamp\n1,b,900\n1,a,7\n"),
            folder.resolve("t"),
            rules(null, new Clock.Sequence(10), TimeScale.SECONDS, null));

    assertThat(events(folder.resolve("s")))
        .containsExactly("1 a@60:1.0", "1 b@120:1.0", "2 c@60:1.0");
    assertThat(bySeq.events().clock()).isEqualTo("sequence(step=60)");
    assertThat(bySeq.read().notes()).anySatisfy(note -> assertThat(note).contains("'seq'"));
    assertThat(events(folder.resolve("f")))
        .containsExactly("1 b@60:1.0", "1 a@120:1.0", "1 b@180:1.0", "2 c@60:1.0");
    assertThat(byFile.read().notes())
        .anySatisfy(note -> assertThat(note).contains("order of the file"));
    assertThat(events(folder.resolve("t"))).containsExactly("1 a@10:1.0", "1 b@20:1.0");
    assertThat(byTime.read().notes())
        .anySatisfy(note -> assertThat(note).contains("sequence(step=10)"));
  }

  @Test
  void aWallClockNeedsTimes() throws IOException {
    Path log = file(folder, "seq.csv", "user_id,item_id,seq\n1,b,2\n");

    assertThatThrownBy(
            () -> tolerant(log, out(), rules(null, new Clock.Wall(), TimeScale.SECONDS, null)))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining("--clock sequence(step=60)");
  }

  @Test
  void actionsAreNumbersOrWordsWithAValue() throws IOException {
    Path log =
        file(
            folder,
            "log.csv",
            "user_id,item_id,event,timestamp\n"
                + "1,a,click,1\n"
                + "1,b,buy,2\n"
                + "1,c,2.5,3\n"
                + "1,d,look,4\n"
                + "1,e,,5\n");
    ReadingRules words =
        new ReadingRules(
            null,
            ColumnMapping.DETECTED,
            ItemColumnMapping.DETECTED,
            null,
            TimeScale.SECONDS,
            null,
            Map.of("click", 1f, "buy", 5f));
    Imported imported = tolerant(log, out(), words);

    assertThat(events(out())).containsExactly("1 a@1:1.0", "1 b@2:5.0", "1 c@3:2.5");
    assertThat(imported.read().interactions().badByReason()).containsEntry("unusable action", 2L);
  }

  // --- bad rows

  @Test
  void aBadRowNamesFileLineAndReasonAndTheRestIsKept() throws IOException {
    Path log =
        file(
            folder,
            "log.csv",
            HEADER + "1,a,1,1\n\n1,b,1\n1,c,1,yesterday\n1,\"d\"x,1,4\n1,e,1,5\n1,f,1,-1\n");
    Imported imported = tolerant(log, out(), ReadingRules.DETECTED);

    assertThat(imported.read().badRows().stream().map(BadRow::describe))
        .containsExactly(
            log + ":line 4: wrong number of fields: 3 fields where 4 are expected",
            log
                + ":line 5: unusable time: 'yesterday': give seconds since 1970,"
                + " 2024-05-01T12:30:00Z, or a sequence number from 0",
            log
                + ":line 6: broken quotes: a quote that does not close, or stands amid a field:"
                + " 1,\"d\"x,1,4",
            log
                + ":line 8: unusable time: '-1': give seconds since 1970, 2024-05-01T12:30:00Z, or"
                + " a sequence number from 0");
    assertThat(events(out())).containsExactly("1 a@1:1.0", "1 e@5:1.0");
  }

  @Test
  void aStrayQuoteCostsOneRow() throws IOException {
    StringBuilder rows = new StringBuilder(HEADER);
    for (int i = 0; i < 5_000; i++) {
      rows.append(i == 17 ? "\"" : "").append("1,a").append(i).append(",1,").append(i).append('\n');
    }
    Imported imported = importText(rows.toString());

    assertThat(imported.events().events()).isEqualTo(4_999);
    assertThat(imported.read().badRows())
        .singleElement()
        .satisfies(row -> assertThat(row.place()).isEqualTo("line 19"));
  }

  @Test
  void onlyTheFirstBadRowsAreShownButAllAreCounted() throws IOException {
    Imported imported = importText(HEADER + "1,a,1,1\n" + "1,b,1\n".repeat(500));

    assertThat(imported.read().badRows()).hasSize(BadRows.MAX_EXAMPLES);
    assertThat(imported.read().interactions().bad()).isEqualTo(500);
    assertThat(imported.read().interactions().read()).isEqualTo(501);
  }

  @ParameterizedTest
  @CsvSource({"1, false", "2, true"})
  void tooManyBadRowsStopTheImportAndLeaveNothing(int bad, boolean stops) throws IOException {
    String rows = HEADER + "1,a,1,1\n".repeat(100 - bad) + "1,b,1\n".repeat(bad);
    Path log = file(folder, "log.csv", rows);

    ImportOutcome outcome =
        InteractionImport.run(ImportRequest.of(log, null, out()), Imports.SILENT);

    assertThat(outcome instanceof ImportOutcome.TooManyBadRows).isEqualTo(stops);
    assertThat(Files.exists(out())).isEqualTo(!stops);
    assertThat(Imports.entries(folder)).hasSize(stops ? 1 : 2);
  }

  @Test
  void aLineWithoutEndIsOneBadRow() throws IOException {
    Imported imported =
        importText(HEADER + "1,a,1,1\n1," + "x".repeat(3 << 20) + ",1,2\n1,b,1,3\n");

    assertThat(imported.read().interactions().badByReason()).containsEntry("line too long", 1L);
    assertThat(imported.read().badRows().getFirst().place()).isEqualTo("line 3");
    assertThat(events(out())).containsExactly("1 a@1:1.0", "1 b@3:1.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "user_id,item_id,timestamp\n", "1,2,3\n4,5,6\n", "a,b\n1,2\n"})
  void filesWithoutUsableRowsAreRefusedByName(String content) throws IOException {
    Path log = file(folder, "log.csv", content);

    assertThatThrownBy(() -> imported(ImportRequest.of(log, null, out())))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining("log.csv");
    assertThat(out()).doesNotExist();
  }

  @Test
  void anExistingFolderIsReplacedOnlyWhenAsked() throws IOException {
    Path log = file(folder, "log.csv", HEADER + "1,a,1,1\n");
    Path other = file(folder, "other.csv", HEADER + "1,b,1,1\n");
    imported(ImportRequest.of(log, null, out()));

    assertThatThrownBy(() -> imported(ImportRequest.of(other, null, out())))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining("--overwrite");
    assertThat(events(out())).containsExactly("1 a@1:1.0");

    imported(ImportRequest.of(other, null, out()).overwriting());
    assertThat(events(out())).containsExactly("1 b@1:1.0");
    assertThat(Imports.entries(folder)).containsExactly(log, other, out());
  }

  // --- catalogue

  @Test
  void everyCatalogueItemIsKeptWithItsAttributesRatedOrNot() throws IOException {
    Path items =
        file(
            folder,
            "items.csv",
            "item_id,title,genres,year,note\n"
                + "30,\"Never, The (2001)\",Drama|War,2001,\n"
                + "10,Ten,,1999,x\n"
                + "20,Twenty,War|War,,7\n"
                + "10,Again,Drama,2000,y\n"
                + ",No id,Drama,2000,y\n");
    Path log = file(folder, "log.csv", HEADER + "1,10,1,1\n1,99,1,2\n");
    Imported imported = imported(ImportRequest.of(log, items, out()).withMaxBadShare(0.5));

    PreparedData data = PreparedData.open(out());
    assertThat(List.of(data.items().idAt(0), data.items().idAt(1), data.items().idAt(2)))
        .containsExactly("30", "10", "20");
    assertThat(data.items().idAt(3)).isEqualTo("99");
    assertThat(data.attributes().columns().stream().map(c -> c.name() + " " + c.kind()))
        .containsExactly("title TEXT", "genres LABELS", "year NUMBER", "note TEXT");
    assertThat(data.attributes().text("title", 0)).isEqualTo("Never, The (2001)");
    assertThat(data.attributes().labels("genres", 0)).containsExactly("Drama", "War");
    assertThat(data.attributes().labels("genres", 2)).containsExactly("War");
    assertThat(data.attributes().number("year", 1)).isEqualTo(1999);
    assertThat(data.attributes().number("year", 2)).isNaN();
    assertThat(data.attributes().text("title", 3)).isNull();
    assertThat(imported.events().itemsWithoutEvents()).isEqualTo(2);
    assertThat(imported.events().itemsOutsideCatalogue()).isEqualTo(1);
    assertThat(imported.read().catalogue().badByReason())
        .containsEntry("item listed twice", 1L)
        .containsEntry("unusable item id", 1L);
  }

  @Test
  void groupLensMoviesAreReadInTheirOldEncoding() throws IOException {
    Path movies =
        Files.write(
            folder.resolve("movies.dat"),
            "1::Mis\u00e9rables, Les (1995)::Drama|Musical\n2::B::(no genres listed)\n"
                .getBytes(StandardCharsets.ISO_8859_1));
    Path log = file(folder, "ratings.dat", "1::2::4::100\n");
    imported(ImportRequest.of(log, movies, out()));

    PreparedData data = PreparedData.open(out());
    assertThat(data.attributes().text("title", 0)).isEqualTo("Mis\u00e9rables, Les (1995)");
    assertThat(data.attributes().labels("genres", 0)).containsExactly("Drama", "Musical");
    assertThat(data.attributes().labels("genres", 1)).isEmpty();
  }

  @Test
  void catalogueColumnsCanBeNamedWithKinds() throws IOException {
    Path items = file(folder, "items.csv", "sku,label,codes,zip\na,A,x|y,7\nb,B,,8\n");
    Path log = file(folder, "log.csv", HEADER + "1,a,1,1\n");
    ReadingRules rules =
        new ReadingRules(
            null,
            ColumnMapping.DETECTED,
            ItemColumnMapping.parse("id=sku,title=label,codes:text=codes,zip:text=zip"),
            null,
            TimeScale.SECONDS,
            null,
            Map.of());
    imported(ImportRequest.of(log, items, out()).withRules(rules));

    PreparedData data = PreparedData.open(out());
    assertThat(data.attributes().columns().stream().map(c -> c.name() + " " + c.kind()))
        .containsExactly("title TEXT", "codes TEXT", "zip TEXT");
    assertThat(data.attributes().columns().getFirst().kind()).isEqualTo(AttributeKind.TEXT);
    assertThat(data.attributes().text("codes", 0)).isEqualTo("x|y");
  }

  @ParameterizedTest
  @ValueSource(strings = {"user", "user=", "nobody=x", "user=a,user=b"})
  void columnSpecificationsAreRefusedWithTheRightForm(String spec) {
    assertThatThrownBy(() -> ColumnMapping.parse(spec))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining("--columns");
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "=x", "a:colour=b", "a="})
  void itemColumnSpecificationsAreRefusedWithTheRightForm(String spec) {
    assertThatThrownBy(() -> ItemColumnMapping.parse(spec))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining("--item-columns");
  }

  @Test
  void aNamedColumnThatIsNotThereIsRefusedWithThoseThatAre() throws IOException {
    Path log = file(folder, "log.csv", HEADER + "1,a,1,1\n");

    assertThatThrownBy(() -> tolerant(log, out(), rules("user=who", null, TimeScale.SECONDS, null)))
        .hasMessage(
            "'%s' has no column 'who'; its columns are user_id, item_id, rating, timestamp"
                .formatted(log));
  }

  // --- real data and the simulator's

  @Test
  void movieLens100kHasItsKnownCounts() throws IOException {
    Path data = Path.of(System.getProperty("hstu.root"), "..", "shared", "data", "ml-100k");
    assumeThat(data).as("the MovieLens files are not redistributed").isDirectory();
    Imported imported =
        imported(
            ImportRequest.of(data.resolve("ratings.csv.gz"), data.resolve("items.csv"), out()));

    assertThat(imported.events().events()).isEqualTo(100_000);
    assertThat(imported.events().users()).isEqualTo(943);
    assertThat(imported.events().items()).isEqualTo(1_682);
    assertThat(imported.read().interactions().bad()).isZero();
    assertThat(imported.events().clock()).isEqualTo("wall");
  }

  @Test
  void aSimulatedWorldComesInWhole() throws IOException {
    SimulatedWorld world = SimulatedWorld.generate(new WorldSettings(300, 400, 20, 3));
    Path files = folder.resolve("world");
    world.write(files, false);
    Imported imported =
        imported(
            ImportRequest.of(
                files.resolve(WorldFiles.INTERACTIONS), files.resolve(WorldFiles.ITEMS), out()));

    assertThat(imported.events().events()).isEqualTo(world.events());
    assertThat(imported.events().users()).isEqualTo(300);
    assertThat(imported.events().items()).isEqualTo(400);
    assertThat(imported.read().interactions().bad()).isZero();
    assertThat(imported.events().duplicates()).isZero();
    assertThat(imported.events().itemIdType()).isEqualTo("int64");
    assertThat(imported.events().userIdType()).isEqualTo("utf8");
  }
}
