package dev.hstu.retrieval.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.data.ImportOutcome.Imported;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Proves on seeded damage that no input crashes an import, that every row is accounted for, and
/// that damage to one line never costs another.
class ImportFuzzTest {

  private static final int ROWS = 400;
  private static final String ALPHABET =
      "\"\",,::\t\r;|'#\u0000\uFEFF\u00fc\uD83C\uDFAC0179-+.eE xY";

  @TempDir Path folder;

  static IntStream seeds() {
    return IntStream.range(0, 60);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void damagedLinesAreCountedAndTheOthersKept(int seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Syntax syntax = Syntax.values()[seed % Syntax.values().length];
    BitSet damaged = new BitSet();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      // Each row has an item of its own, so that it can be recognised.
      String row = syntax.row(i % 17, 1_000 + i, i);
      boolean damage = i > 0 && random.nextInt(8) == 0;
      damaged.set(i, damage);
      lines.add(damage ? damage(row, random) : row);
    }
    // Half a surrogate pair becomes a question mark here.
    byte[] text = (syntax.header + String.join("\n", lines)).getBytes(StandardCharsets.UTF_8);
    Path log = Files.write(folder.resolve("log"), text);

    Imported imported = Imports.tolerant(log, folder.resolve("out"), syntax.rules());

    ReadSummary.Rows rows = imported.read().interactions();
    assertThat(rows.read())
        .isEqualTo(rows.bad() + imported.events().events() + imported.events().duplicates());
    List<String> events = Imports.events(folder.resolve("out"));
    for (int i = damaged.nextClearBit(0); i < ROWS; i = damaged.nextClearBit(i + 1)) {
      assertThat(events).contains("%d %d@%d:3.0".formatted(i % 17, 1_000 + i, i));
    }
    int headerLines = syntax.header.isEmpty() ? 0 : 1;
    for (BadRow bad : imported.read().badRows()) {
      int line = Integer.parseInt(bad.place().substring("line ".length()));
      assertThat(damaged.get(line - 1 - headerLines)).as(bad.describe()).isTrue();
      assertThat(bad.file()).isEqualTo(log.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void arbitraryBytesAreRefusedOrReadButNeverCrash(int seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = new byte[random.nextInt(4_000)];
    random.nextBytes(bytes);
    byte[][] beginnings = {
      {},
      {0x1f, (byte) 0x8b, 8},
      {'P', 'A', 'R', '1'},
      "u,i\n".getBytes(StandardCharsets.UTF_8),
      "1::2".getBytes(StandardCharsets.UTF_8)
    };
    byte[] beginning = beginnings[seed % beginnings.length];
    System.arraycopy(beginning, 0, bytes, 0, Math.min(beginning.length, bytes.length));
    Path log = Files.write(folder.resolve("log"), bytes);
    Path out = folder.resolve("out");

    try {
      InteractionImport.run(ImportRequest.of(log, log, out), Imports.SILENT);
    } catch (UnusableInputException e) {
      assertThat(e).hasMessageContaining("log");
    }
    assertThat(Imports.entries(folder)).allMatch(p -> p.equals(log) || p.equals(out));
  }

  private static String damage(String row, SplittableRandom random) {
    StringBuilder damaged = new StringBuilder(row);
    int edits = 1 + random.nextInt(4);
    for (int edit = 0; edit < edits && !damaged.isEmpty(); edit++) {
      int at = random.nextInt(damaged.length());
      char c = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
      switch (random.nextInt(4)) {
        case 0 -> damaged.setCharAt(at, c);
        case 1 -> damaged.insert(at, c);
        case 2 -> damaged.deleteCharAt(at);
        default -> damaged.setLength(at);
      }
    }
    return damaged.toString();
  }

  private enum Syntax {
    CSV("user_id,item_id,rating,timestamp\n", ","),
    DAT("", "::"),
    TABS("", "\t");

    private final String header;
    private final String separator;

    Syntax(String header, String separator) {
      this.header = header;
      this.separator = separator;
    }

    String row(int user, int item, int time) {
      return String.join(
          separator, Integer.toString(user), Integer.toString(item), "3", Integer.toString(time));
    }

    ReadingRules rules() {
      FileFormat format =
          switch (this) {
            case CSV -> FileFormat.CSV;
            case DAT -> FileFormat.GROUPLENS_DAT;
            case TABS -> FileFormat.GROUPLENS_TABS;
          };
      return new ReadingRules(
          format,
          ColumnMapping.DETECTED,
          ItemColumnMapping.DETECTED,
          null,
          TimeScale.SECONDS,
          null,
          Map.of());
    }
  }
}
