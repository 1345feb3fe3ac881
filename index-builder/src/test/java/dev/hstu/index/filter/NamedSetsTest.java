package dev.hstu.index.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sets are registered durably under a name, replaced and deleted, and their versions only grow.
final class NamedSetsTest {

  private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1_000));

  @TempDir Path parent;

  @Test
  void aRegisteredSetIsThereAfterARestart() throws IOException {
    Path folder = parent.resolve("sets");
    NamedSets sets = NamedSets.open(folder, CLOCK);
    sets.register("numbers", IdTable.ofLongs(new long[] {5, -3, Long.MAX_VALUE}));
    sets.register("texts", IdTable.ofStrings(List.of("a", "é")));

    NamedSets again = NamedSets.open(folder, CLOCK);

    assertThat(again.current()).containsOnlyKeys("numbers", "texts");
    IdTable numbers = again.current().get("numbers").ids();
    assertThat(numbers.type()).isEqualTo(IdType.INT64);
    assertThat(numbers.rowOf(Long.MAX_VALUE)).isEqualTo(2);
    assertThat(again.current().get("texts").ids().rowOf("é")).isEqualTo(1);
    assertThat(again.version()).isEqualTo(sets.version());
  }

  @Test
  void versionsGrowOverReplacementDeletionAndRestart() throws IOException {
    NamedSets sets = NamedSets.open(parent, CLOCK);
    assertThat(sets.version()).isZero();
    assertThat(sets.register("a", IdTable.ofLongs(new long[] {1})).version()).isEqualTo(1_000);
    assertThat(sets.register("a", IdTable.ofLongs(new long[] {2})).version()).isEqualTo(1_001);
    assertThat(sets.delete("a")).isTrue();
    assertThat(sets.version()).isEqualTo(1_002);
    assertThat(sets.delete("a")).isFalse();
    assertThat(sets.current()).isEmpty();

    NamedSets later = NamedSets.open(parent, InstantSource.fixed(Instant.ofEpochMilli(2_000)));
    assertThat(later.current()).isEmpty();
    assertThat(later.register("a", IdTable.ofLongs(new long[] {1})).version()).isEqualTo(2_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "a/b", "../a", ".a", "a b", "-a", "a.ids", "é"})
  void namesAreTame(String name) {
    NamedSets sets = NamedSets.none();
    assertThatThrownBy(() -> sets.register(name, IdTable.ofLongs(new long[0])))
        .isInstanceOf(InvalidSetException.class)
        .hasMessageContaining("must be 1 to 64 of a-z, 0-9, _ and -");
    assertThatThrownBy(() -> sets.delete(name)).isInstanceOf(InvalidSetException.class);
  }

  @Test
  void thereAreOnlySoMany() throws IOException {
    NamedSets sets = NamedSets.open(parent, CLOCK);
    IdTable none = IdTable.ofLongs(new long[0]);
    for (int i = 0; i < NamedSets.MAX_SETS; i++) {
      sets.register("set-" + i, none);
    }
    sets.register("set-7", none);

    assertThatThrownBy(() -> sets.register("more", none))
        .isInstanceOf(InvalidSetException.class)
        .hasMessage("64 sets are registered, and no more may be; delete one");
  }

  @Test
  void aDamagedSetIsUnknownUntilRegisteredAnew() throws IOException {
    NamedSets sets = NamedSets.open(parent, CLOCK);
    sets.register("good", IdTable.ofLongs(new long[] {1, 2}));
    sets.register("bad", IdTable.ofLongs(new long[] {1, 2}));
    Path file = parent.resolve("bad.ids");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    Files.write(parent.resolve("cut.ids"), new byte[5]);

    NamedSets again = NamedSets.open(parent, CLOCK);

    assertThat(again.current()).containsOnlyKeys("good");
    assertThat(again.damaged()).containsOnlyKeys("bad", "cut");
    assertThat(again.damaged().get("bad"))
        .isEqualTo(file + ": has changed since it was written; register the set anew");
    again.register("bad", IdTable.ofLongs(new long[] {3}));
    assertThat(again.delete("cut")).isTrue();
    assertThat(NamedSets.open(parent, CLOCK).damaged()).isEmpty();
  }
}
