package dev.hstu.kernels.tables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsMutator;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.storage.ContentDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Damaged tables either read as consistent ones or are refused with
/// [MalformedSafetensorsException].
@Timeout(120)
class TableFuzzTest {
  private static final int MUTATIONS = 2_000;

  @TempDir Path directory;

  @FunctionalInterface
  private interface Reading {
    void of(Path path) throws IOException;
  }

  private void mutate(byte[] valid, long seed, Reading reading) throws IOException {
    SafetensorsMutator mutator = new SafetensorsMutator(seed);
    Random random = new Random(seed);
    Path path = directory.resolve("mutated.safetensors");
    for (int i = 0; i < MUTATIONS; i++) {
      // Made anew: some file systems flush to disk when a file is cut and rewritten.
      Files.deleteIfExists(path);
      Files.write(path, i % 2 == 0 ? mutator.mutate(valid) : damagedAtEnd(valid, random));
      try {
        reading.of(path);
      } catch (MalformedSafetensorsException e) {
        assertThat(e.getMessage()).startsWith(path + ": ");
      } catch (IOException | RuntimeException | AssertionError e) {
        throw new AssertionError("mutation %d of seed %d".formatted(i, seed), e);
      }
    }
  }

  /// The values stand behind the header, where random damage to a whole file seldom falls.
  private static byte[] damagedAtEnd(byte[] valid, Random random) {
    byte[] damaged = valid.clone();
    for (int damages = random.nextInt(3); damages >= 0; damages--) {
      damaged[damaged.length - 1 - random.nextInt(120)] = (byte) random.nextInt(256);
    }
    return damaged;
  }

  @ParameterizedTest
  @EnumSource(IdType.class)
  void damagedIdTablesAreRefusedOrConsistent(IdType type) throws IOException {
    IdTableBuilder builder = new IdTableBuilder(type);
    for (long id : new Random(5).longs(20).toArray()) {
      builder.add(type == IdType.INT64 ? Long.toString(id) : "né" + id % 100);
    }
    IdTable table = builder.build();
    Path path = directory.resolve("valid.safetensors");
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, Map.of(), table.specs(""))) {
      table.writeTo(writer, "");
      writer.commit();
    }
    mutate(
        Files.readAllBytes(path),
        7,
        mutated -> {
          try (SafetensorsFile file = SafetensorsFile.open(mutated)) {
            IdTable read = IdTable.readFrom(file, "");
            for (int row = 0; row < read.size(); row++) {
              assertThat(read.rowOf(read.idAt(row))).isEqualTo(row);
            }
          }
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {8, 9})
  void damagedAttributeTablesAreRefusedOrConsistent(long seed) throws IOException {
    AttributeTableBuilder builder =
        new AttributeTableBuilder(
            List.of(
                new AttributeColumn("title", AttributeKind.TEXT),
                new AttributeColumn("genres", AttributeKind.LABELS),
                new AttributeColumn("year", AttributeKind.NUMBER)));
    for (int row = 0; row < 6; row++) {
      builder.text(0, "é" + row).labels(1, List.of("g" + row % 3, "h")).number(2, row).endRow();
    }
    Path path = directory.resolve("valid.safetensors");
    builder.build().write(path);
    mutate(
        Files.readAllBytes(path),
        seed,
        mutated -> {
          AttributeTable read = AttributeTable.read(mutated);
          int[] same = IntStream.range(0, read.rows()).toArray();
          assertThat(digest(read.select(same))).isEqualTo(digest(read));
        });
  }

  private static String digest(AttributeTable table) {
    ContentDigest digest = new ContentDigest();
    table.digest(digest);
    return digest.hex();
  }
}
