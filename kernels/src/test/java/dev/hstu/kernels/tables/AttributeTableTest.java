package dev.hstu.kernels.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.storage.ContentDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Attributes come back as they were given, through files and selections, and bad files by name.
class AttributeTableTest {
  private static final AttributeColumn TITLE = new AttributeColumn("title", AttributeKind.TEXT);
  private static final AttributeColumn GENRES = new AttributeColumn("genres", AttributeKind.LABELS);
  private static final AttributeColumn YEAR = new AttributeColumn("year", AttributeKind.NUMBER);

  @TempDir Path directory;

  private record Row(@Nullable String title, List<String> genres, double year) {
    static final Row MISSING = new Row(null, List.of(), Double.NaN);

    static Row random(Random random) {
      return new Row(
          random.nextInt(4) == 0 ? null : "Título 😀 " + random.nextInt(1_000),
          random.ints(random.nextInt(4), 0, 30).mapToObj(g -> g == 0 ? "" : "genre " + g).toList(),
          random.nextInt(4) == 0 ? Double.NaN : random.nextGaussian());
    }

    static Row of(AttributeTable table, int row) {
      return new Row(
          table.text("title", row), table.labels("genres", row), table.number("year", row));
    }
  }

  private static AttributeTable tableOf(List<Row> rows) {
    AttributeTableBuilder builder = new AttributeTableBuilder(List.of(TITLE, GENRES, YEAR));
    for (Row row : rows) {
      if (row.title() != null) {
        builder.text(0, row.title());
      }
      builder.labels(1, row.genres()).number(2, row.year()).endRow();
    }
    return builder.build();
  }

  private static List<Row> rowsOf(AttributeTable table) {
    List<Row> rows = new ArrayList<>();
    for (int row = 0; row < table.rows(); row++) {
      rows.add(Row.of(table, row));
    }
    return rows;
  }

  private static String digest(AttributeTable table) {
    ContentDigest digest = new ContentDigest();
    table.digest(digest);
    return digest.hex();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 17, 100, 3_000})
  void randomTablesRoundTripThroughFilesAndSelections(int size) throws IOException {
    Random random = new Random(size);
    List<Row> rows = new ArrayList<>();
    for (int row = 0; row < size; row++) {
      rows.add(Row.random(random));
    }
    AttributeTable table = tableOf(rows);
    assertThat(rowsOf(table)).isEqualTo(rows);

    Path path = directory.resolve("attributes.safetensors");
    table.write(path);
    byte[] written = Files.readAllBytes(path);
    AttributeTable reread = AttributeTable.read(path);
    assertThat(reread.columns()).containsExactly(TITLE, GENRES, YEAR);
    assertThat(rowsOf(reread)).isEqualTo(rows);
    assertThat(digest(reread)).isEqualTo(digest(table));
    reread.write(path);
    assertThat(Files.readAllBytes(path)).isEqualTo(written);

    int[] chosen = random.ints(size, -1, Math.max(size, 1)).toArray();
    List<Row> expected = new ArrayList<>();
    for (int row : chosen) {
      expected.add(row == IdTable.NOT_FOUND ? Row.MISSING : rows.get(row));
    }
    AttributeTable selected = table.select(chosen);
    assertThat(rowsOf(selected)).isEqualTo(expected);
    assertThat(digest(selected)).isEqualTo(digest(tableOf(expected)));
  }

  @Test
  void labelsAreVisitedByRowAndPlace() {
    AttributeTable table =
        tableOf(
            List.of(
                new Row(null, List.of("b", "a", "b"), 1),
                Row.MISSING,
                new Row("x", List.of("a"), 2)));
    List<String> visited = new ArrayList<>();

    table.forEachLabel(
        "genres", (row, code) -> visited.add(row + table.labelValues("genres").get(code)));

    assertThat(visited).containsExactly("0b", "0a", "0b", "2a");
    assertThat(table.labelValues("genres").size()).isEqualTo(2);
  }

  @Test
  void rowsWithoutColumnsKeepTheirCount() throws IOException {
    Path path = directory.resolve("attributes.safetensors");
    AttributeTable.withoutColumns(42).write(path);
    AttributeTable reread = AttributeTable.read(path);
    assertThat(reread.rows()).isEqualTo(42);
    assertThat(reread.columns()).isEmpty();
    assertThat(reread.select(new int[] {3, 3}).rows()).isEqualTo(2);
  }

  @Test
  void differentContentsHaveDifferentDigests() {
    List<Row> rows =
        List.of(
            Row.MISSING,
            new Row("a", List.of(), 0),
            new Row("a", List.of("x"), 0),
            new Row("a", List.of("x", "x"), 0),
            new Row("a", List.of("xx"), 0),
            new Row("a", List.of("x"), 1));
    assertThat(rows.stream().map(row -> digest(tableOf(List.of(row))))).doesNotHaveDuplicates();
    assertThat(digest(AttributeTable.withoutColumns(1)))
        .isNotEqualTo(digest(AttributeTable.withoutColumns(2)));
  }

  @Test
  void columnNamesThatLookLikeTensorNamesDoNotCollide() throws IOException {
    List<AttributeColumn> columns =
        List.of(
            new AttributeColumn("x", AttributeKind.LABELS),
            new AttributeColumn("x_values", AttributeKind.LABELS),
            new AttributeColumn("label_values.x", AttributeKind.TEXT),
            new AttributeColumn("x_offsets", AttributeKind.TEXT));
    AttributeTableBuilder builder = new AttributeTableBuilder(columns);
    builder.labels(0, List.of("a")).labels(1, List.of("b")).text(2, "c").text(3, "d").endRow();
    Path path = directory.resolve("attributes.safetensors");
    builder.build().write(path);
    AttributeTable reread = AttributeTable.read(path);
    assertThat(reread.labels("x", 0)).containsExactly("a");
    assertThat(reread.labels("x_values", 0)).containsExactly("b");
    assertThat(reread.text("label_values.x", 0)).isEqualTo("c");
    assertThat(reread.text("x_offsets", 0)).isEqualTo("d");
  }

  @Test
  void misuseIsRefusedByName() {
    AttributeTable table = tableOf(List.of(Row.MISSING));
    assertThatThrownBy(() -> table.text("year", 0)).hasMessageContaining("column 'year'");
    assertThatThrownBy(() -> table.number("none", 0)).hasMessageContaining("column 'none'");
    assertThatThrownBy(() -> table.text("title", 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> table.select(new int[] {1}))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new AttributeTableBuilder(List.of(TITLE, TITLE)))
        .hasMessageContaining("'title' stands twice");
    assertThatThrownBy(() -> new AttributeTableBuilder(List.of(YEAR)).text(0, "x"))
        .hasMessageContaining("year");
    assertThatThrownBy(() -> new AttributeColumn(" ", AttributeKind.TEXT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "format         | weights    | metadata 'format' is weights, expected hstu.attributes",
        "format_version | 2          | format_version 2 of hstu.attributes must be within 1..1",
        "rows           | 3          | column 'x' has 2 rows, expected 3",
        "rows           | -1         | metadata 'rows' is -1, must be within 0..536870912",
        "rows           | 2.0        | metadata 'rows' is 2.0, expected a number",
        "columns        | 2          | metadata 'column.1' is 'null', expected KIND:NAME",
        "columns        | 257        | metadata 'columns' is 257, must be within 0..256",
        "column.0       | number:y   | no tensor 'number.y'",
        "column.0       | matrix:x   | metadata 'column.0' is 'matrix:x', expected KIND:NAME",
        "column.0       | number:    | metadata 'column.0' column name '' must have"
      })
  void foreignAndNewerFilesAreRefused(String key, @Nullable String value, String message)
      throws IOException {
    Map<String, String> metadata =
        new TreeMap<>(
            Map.of(
                "format", "hstu.attributes",
                "format_version", "1",
                "rows", "2",
                "columns", "1",
                "column.0", "number:x"));
    metadata.put(key, String.valueOf(value));
    Path path = directory.resolve("attributes.safetensors");
    List<TensorSpec> specs = List.of(new TensorSpec("number.x", DType.F64, 2));
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, metadata, specs)) {
      writer.write("number.x", new double[2]);
      writer.commit();
    }
    assertThatThrownBy(() -> AttributeTable.read(path))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 2 | 0 0 2 | code 2 at 1 must be within 0..1 | 0 1 2 | xy",
        "0 1 | 0 1 2 | label 'x' stands twice | 0 1 2 | xx",
        "0 0 | 0 1 2 | uses 1 of 2 | 0 1 2 | xy",
        "1 0 | 0 1 2 | code 1 at 0 must be within 0..0 | 0 1 2 | xy",
        "-1 0 | 0 1 2 | code -1 at 0 | 0 1 2 | xy",
        "0 1 | 0 2 1 | offset 1 at 2 must be within 2..2 | 0 1 2 | xy",
        "0 1 | 1 1 2 | offset 1 at 0 must be within 0..0 | 0 1 2 | xy",
        "0 1 | 0 1 1 | ends at 1, expected 2 | 0 1 2 | xy",
        "0 1 | 0 1 3 | offset 3 at 2 must be within 1..2 | 0 1 2 | xy"
      })
  void damagedLabelsAreRefused(
      String codes, String offsets, String message, String valueOffsets, String values)
      throws IOException {
    Path path = directory.resolve("attributes.safetensors");
    Map<String, String> metadata =
        Map.of(
            "format", "hstu.attributes",
            "format_version", "1",
            "rows", "2",
            "columns", "1",
            "column.0", "labels:x");
    List<TensorSpec> specs =
        List.of(
            new TensorSpec("labels.x_offsets", DType.I64, 3),
            new TensorSpec("labels.x_codes", DType.I32, 2),
            new TensorSpec("label_values.x_offsets", DType.I64, 3),
            new TensorSpec("label_values.x_bytes", DType.U8, 2));
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, metadata, specs)) {
      writer.write("labels.x_offsets", numbers(offsets));
      writer.write("labels.x_codes", numbers(codes));
      writer.write("label_values.x_offsets", numbers(valueOffsets));
      writer.write("label_values.x_bytes", values.chars().toArray());
      writer.commit();
    }
    assertThatThrownBy(() -> AttributeTable.read(path))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessageContaining(message);
  }

  private static int[] numbers(String text) {
    return List.of(text.split(" ")).stream().mapToInt(Integer::parseInt).toArray();
  }
}
