package dev.hstu.kernels.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.storage.ContentDigest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Ids keep their exact 64 bits or bytes, each has one row, and every other spelling has none.
class IdTableTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void agreesWithAMapOnRandomIds(long seed) throws IOException {
    Random random = new Random(seed);
    IdType type = seed % 2 == 0 ? IdType.INT64 : IdType.UTF8;
    Map<String, Integer> rows = new HashMap<>();
    IdTableBuilder builder = new IdTableBuilder(type);
    for (int i = 0; i < 20_000; i++) {
      String id = type == IdType.INT64 ? randomLong(random) : randomText(random);
      int expected = rows.computeIfAbsent(id, unknown -> rows.size());
      assertThat(builder.add(id)).as("row of %s", id).isEqualTo(expected);
    }
    IdTable table = builder.build();
    assertHolds(table, rows);
    IdTable reread = rewritten(table);
    assertHolds(reread, rows);
    assertThat(digest(reread)).isEqualTo(digest(table));
    assertThat(table.rowOf("none of these")).isEqualTo(IdTable.NOT_FOUND);
  }

  private static void assertHolds(IdTable table, Map<String, Integer> rows) {
    assertThat(table.size()).isEqualTo(rows.size());
    rows.forEach(
        (id, row) -> {
          assertThat(table.rowOf(id)).isEqualTo(row);
          assertThat(table.idAt(row)).isEqualTo(id);
        });
    assertManyAtOnceAreAsEachAlone(table, rows.keySet());
  }

  /// Known ids, and ones that aren't or can't be there.
  private static void assertManyAtOnceAreAsEachAlone(IdTable table, Set<String> ids) {
    String[] asked =
        Stream.concat(ids.stream().flatMap(id -> Stream.of(id, id + "7")), Stream.of("", "-0"))
            .toArray(String[]::new);
    int[] rows = new int[asked.length + 1];
    table.rowsOf(asked, rows);
    for (int i = 0; i < asked.length; i++) {
      assertThat(rows[i]).as("row of %s", asked[i]).isEqualTo(table.rowOf(asked[i]));
    }
    int[] known = Arrays.stream(rows, 0, asked.length).filter(row -> row >= 0).toArray();
    assertThat(table.idsAt(known))
        .isEqualTo(Arrays.stream(known).mapToObj(table::idAt).toArray(String[]::new));
  }

  @Test
  void anEmptyTableFindsNoneOfMany() {
    int[] rows = {3, 3};
    IdTable.ofLongs(new long[0]).rowsOf(new String[] {"0", "x"}, rows);
    assertThat(rows).containsOnly(IdTable.NOT_FOUND);
    IdTable.ofStrings(List.of()).rowsOf(new String[] {"0", "x"}, rows);
    assertThat(rows).containsOnly(IdTable.NOT_FOUND);
  }

  @Test
  void aTableStartsWithItselfAndItsFirstRowsOnly() {
    IdTable longs = IdTable.ofLongs(new long[] {5, 7, 9});
    IdTable texts = IdTable.ofStrings(List.of("5", "7", "9"));

    assertThat(longs.startsWith(IdTable.ofLongs(new long[] {5, 7}))).isTrue();
    assertThat(longs.startsWith(longs)).isTrue();
    assertThat(longs.startsWith(IdTable.ofLongs(new long[] {5, 9}))).isFalse();
    assertThat(longs.startsWith(IdTable.ofLongs(new long[] {5, 7, 9, 11}))).isFalse();
    assertThat(longs.startsWith(texts)).isFalse();
    assertThat(texts.startsWith(IdTable.ofStrings(List.of("5", "7")))).isTrue();
    assertThat(texts.startsWith(texts)).isTrue();
    assertThat(texts.startsWith(IdTable.ofStrings(List.of("57")))).isFalse();
    assertThat(texts.startsWith(IdTable.ofStrings(List.of("5", "7", "9", "11")))).isFalse();
    assertThat(texts.startsWith(longs)).isFalse();
  }

  private static String randomLong(Random random) {
    long value =
        switch (random.nextInt(4)) {
          case 0 -> random.nextInt(5_000);
          case 1 -> (long) random.nextInt(5_000) << 40;
          case 2 -> -random.nextInt(5_000);
          default -> random.nextLong();
        };
    return Long.toString(value);
  }

  private static String randomText(Random random) {
    int[] codePoints = random.ints(1 + random.nextInt(20), 1, 0xd800).toArray();
    return switch (random.nextInt(3)) {
      case 0 -> "item-" + random.nextInt(5_000);
      case 1 -> "\u0000".repeat(1 + random.nextInt(12));
      default -> new String(codePoints, 0, codePoints.length) + "😀";
    };
  }

  private IdTable rewritten(IdTable table) throws IOException {
    Path path = directory.resolve("ids.safetensors");
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(path, Map.of(), table.specs("item."))) {
      table.writeTo(writer, "item.");
      writer.commit();
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      return IdTable.readFrom(file, "item.");
    }
  }

  private static String digest(IdTable table) {
    ContentDigest digest = new ContentDigest();
    table.digest(digest);
    return digest.hex();
  }

  @Test
  void anEmptyTableRoundTrips() throws IOException {
    assertThat(rewritten(IdTable.ofLongs(new long[0])).size()).isZero();
    IdTable strings = rewritten(IdTable.ofStrings(List.of()));
    assertThat(strings.size()).isZero();
    assertThat(strings.type()).isEqualTo(IdType.UTF8);
    assertThat(strings.rowOf("x")).isEqualTo(IdTable.NOT_FOUND);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "007",
        "+7",
        "7.0",
        " 7",
        "7 ",
        "",
        "-",
        "-0",
        "0x7",
        "٧",
        "9223372036854775808",
        "-9223372036854775809",
        "92233720368547758070"
      })
  void onlyTheCanonicalDecimalNamesAnInteger(String text) {
    IdTable table = IdTable.ofLongs(new long[] {7, 0, Long.MIN_VALUE, Long.MAX_VALUE});
    assertThat(table.rowOf(text)).isEqualTo(IdTable.NOT_FOUND);
    assertThatThrownBy(() -> new IdTableBuilder(IdType.INT64).add(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void extremeIntegersAreFound() {
    IdTable table = IdTable.ofLongs(new long[] {7, 0, Long.MIN_VALUE, Long.MAX_VALUE, -1});
    assertThat(table.rowOf("9223372036854775807")).isEqualTo(3);
    assertThat(table.rowOf("-9223372036854775808")).isEqualTo(2);
    assertThat(table.rowOf("0")).isEqualTo(1);
    assertThat(table.rowOf(-1)).isEqualTo(4);
    assertThat(table.longAt(2)).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void aNumberFindsItsTextInAStringTable() {
    IdTable table = IdTable.ofStrings(List.of("a", "7"));
    assertThat(table.rowOf(7)).isEqualTo(1);
    assertThatThrownBy(() -> table.longAt(1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void duplicatesAreRefusedByName() {
    assertThatThrownBy(() -> IdTable.ofLongs(new long[] {5, 6, 5}))
        .hasMessageContaining("id '5' stands in rows 0 and 2");
    assertThatThrownBy(() -> IdTable.ofStrings(List.of("a", "a")))
        .hasMessageContaining("id 'a' stands in rows 0 and 1");
  }

  @Test
  void anIdThatUtf8CannotSayIsNeitherAddedNorFound() {
    IdTable table = IdTable.ofStrings(List.of("?"));
    assertThat(table.rowOf("\ud800")).isEqualTo(IdTable.NOT_FOUND);
    assertThatThrownBy(() -> IdTable.ofStrings(List.of("\ud800")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFileWithoutIdsIsRefused() throws IOException {
    Path path = directory.resolve("none.safetensors");
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, Map.of(), List.of())) {
      writer.commit();
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThatThrownBy(() -> IdTable.readFrom(file, ""))
          .isInstanceOf(MalformedSafetensorsException.class)
          .hasMessageContaining("none of the id tensors 'ids' and 'id_offsets'");
    }
  }
}
