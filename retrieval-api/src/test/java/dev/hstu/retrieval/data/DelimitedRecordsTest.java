package dev.hstu.retrieval.data;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.hstu.retrieval.data.DelimitedRecords.Dialect;
import dev.hstu.retrieval.data.DelimitedRecords.Quotes;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Proves that rows come out of a text as an RFC 4180 writer put them in, at the right lines,
/// however the text falls onto the reader's buffer, and that damage stays local.
class DelimitedRecordsTest {

  private static final String[] PIECES = {
    "a", "bc", "7", ",", "\"", "\n", " ", "\u00fc", "\uD83C\uDFAC", "::", ""
  };

  @TempDir Path folder;

  private DelimitedRecords open(String text, Quotes quotes) throws IOException {
    Path file = Files.writeString(folder.resolve("t.csv"), text);
    return new DelimitedRecords(
        file, SourceBytes.open(file), new Dialect(",", quotes, null, StandardCharsets.UTF_8));
  }

  private static List<String> fields(DelimitedRecords records) {
    Cell cell = new Cell();
    List<String> fields = new ArrayList<>();
    for (int column = 0; column < records.columns().size(); column++) {
      records.read(column, cell);
      fields.add(cell.text());
    }
    return fields;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatAnRfc4180WriterWroteIsRead(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    LineDelimiter delimiter = seed % 2 == 0 ? LineDelimiter.LF : LineDelimiter.CRLF;
    int columns = 2 + random.nextInt(4);
    List<List<String>> rows = new ArrayList<>();
    StringWriter text = new StringWriter();
    try (CsvWriter writer = CsvWriter.builder().lineDelimiter(delimiter).build(text)) {
      writer.writeRecord(List.of("c1", "c2", "c3", "c4", "c5").subList(0, columns));
      for (int r = 0; r < 300; r++) {
        List<String> row = new ArrayList<>();
        for (int c = 0; c < columns; c++) {
          row.add(randomField(random));
        }
        rows.add(row);
        writer.writeRecord(row);
      }
    }

    try (DelimitedRecords records = open(text.toString(), Quotes.AROUND_TEXT)) {
      for (List<String> row : rows) {
        assertThat(records.next()).isTrue();
        assertThat(records.defect()).isNull();
        assertThat(fields(records)).isEqualTo(row);
      }
      assertThat(records.next()).isFalse();
      assertThat(records.next()).isFalse();
    }
  }

  @Test
  void aRecordIsAtTheLineWhereItBegins() throws IOException {
    String text = "a,b\n1,x\n\n2,\"y\ny\"\n3,z\n";

    try (DelimitedRecords records = open(text, Quotes.AROUND_TEXT)) {
      List<Long> lines = new ArrayList<>();
      while (records.next()) {
        lines.add(records.position());
      }
      assertThat(lines).containsExactly(2L, 4L, 6L);
    }
  }

  @Test
  void aQuoteThatSwallowsLinesIsGivenUpWhereSelectedColumnsMustStayOnOne() throws IOException {
    String text = "a,b\n1,\"x\n2,y\n3,z\"\n4,w\n";

    try (DelimitedRecords records = open(text, Quotes.AROUND_LINES)) {
      records.select(new int[] {0, 1});
      List<String> seen = new ArrayList<>();
      while (records.next()) {
        seen.add(records.position() + ":" + records.defect());
      }
      assertThat(seen).containsExactly("2:QUOTES", "3:null", "4:null", "5:null");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 65_533, 65_534, 65_535, 65_536, 65_537, 131_071, 131_072, 200_000})
  void linesOfEveryLengthComeOutWhole(int length) throws IOException {
    String text = "x".repeat(length) + "\r\n" + "y\n" + "z".repeat(length);

    try (LineReader lines = new LineReader(new StringReader(text))) {
      assertThat(lines.next()).isTrue();
      assertThat(lines.end() - lines.start()).isEqualTo(length);
      assertThat(lines.next()).isTrue();
      assertThat(lines.chars()[lines.start()]).isEqualTo('y');
      assertThat(lines.next()).isEqualTo(length > 0);
      assertThat(lines.next()).isFalse();
      assertThat(lines.next()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"1048575, false", "1200000, true", "5000000, true"})
  void aLineLongerThanTheBoundIsFlaggedAndTheNextOneIsWhole(int length, boolean tooLong)
      throws IOException {
    try (LineReader lines = new LineReader(new StringReader("x".repeat(length) + "\nnext"))) {
      assertThat(lines.next()).isTrue();
      assertThat(lines.isTooLong()).isEqualTo(tooLong);
      assertThat(lines.next()).isTrue();
      assertThat(lines.isTooLong()).isFalse();
      assertThat(new String(lines.chars(), lines.start(), lines.end() - lines.start()))
          .isEqualTo("next");
      assertThat(lines.number()).isEqualTo(2);
    }
  }

  private static String randomField(SplittableRandom random) {
    StringBuilder field = new StringBuilder();
    int pieces = random.nextInt(6);
    for (int i = 0; i < pieces; i++) {
      field.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return field.toString();
  }
}
