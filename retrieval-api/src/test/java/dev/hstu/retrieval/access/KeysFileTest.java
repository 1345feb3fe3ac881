package dev.hstu.retrieval.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.kernels.storage.DamagedFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What stands on the disk verifies a key and doesn't tell it, and nothing half-written is taken.
class KeysFileTest {

  @TempDir Path folder;
  private Path path;
  private KeysFile file;

  @BeforeEach
  void open() {
    path = folder.resolve("keys.json");
    file = new KeysFile(path);
  }

  @Test
  void theFileVerifiesAKeyAndDoesNotHoldIt() throws IOException {
    PresentedKey key = file.add("pipeline", Role.WRITE);
    String secret = key.text().substring("hstu_pipeline_".length());

    assertThat(secret).hasSize(43);
    assertThat(path).content().doesNotContain(secret).contains("\"write\"");
    assertThat(key.toString()).doesNotContain(secret);
    AccessKey kept = file.read().getFirst();
    assertThat(kept.matches(key.secret())).isTrue();
    assertThat(kept.matches(PresentedKey.random("pipeline").secret())).isFalse();
    assertThat(PresentedKey.parse(key.text()).orElseThrow().secret()).isEqualTo(key.secret());
  }

  @Test
  void keysAndSaltsAreAllDifferent() throws IOException {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      assertThat(seen.add(file.add("k" + i, Role.READ).text().substring(8))).isTrue();
    }
    assertThat(file.read()).extracting(AccessKey::salt).doesNotHaveDuplicates();
    assertThat(file.read()).extracting(AccessKey::hash).doesNotHaveDuplicates();
  }

  @Test
  void anIdIsTakenOnceAndRemovedOnce() throws IOException {
    file.add("a", Role.READ);
    assertThatThrownBy(() -> file.add("a", Role.ADMIN)).hasMessageContaining("key 'a' is in");
    file.remove("a");
    assertThat(file.read()).isEmpty();
    assertThatThrownBy(() -> file.remove("a")).hasMessageContaining("hstu keys list");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "-a", "a b", "a_b", "../a", "aaaaaaaaaabbbbbbbbbbccccccccccddd"})
  void whatCannotNameAKeyIsRefused(String id) {
    assertThatThrownBy(() -> file.add(id, Role.READ))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("key id '" + id + "'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{\"format\":2,\"keys\":[]}",
        "{\"format\":1}",
        "{\"format\":1,\"keys\":[null]}",
        "{\"format\":1,\"keys\":[{\"id\":\"a\",\"role\":\"root\"}]}",
        "{\"format\":1,\"keys\":[{\"id\":\"a\",\"role\":\"read\",\"salt\":\"AA\",\"hash\":\"AA\",\"created\":\"\"}]}",
        "{\"format\":1,\"keys\":[{\"id\":\"a\",\"role\":\"read\",\"salt\":\"!\",\"hash\":\"!\",\"created\":\"\"}]}"
      })
  void aFileThatIsNotOneOfKeysIsRefusedByName(String content) throws IOException {
    Files.writeString(path, content);
    assertThatThrownBy(file::read)
        .isInstanceOf(DamagedFileException.class)
        .hasMessageStartingWith(path.toString());
  }

  @Test
  void aCutFileIsNeverTakenForAWholeOne() throws IOException {
    file.add("a", Role.READ);
    file.add("b", Role.ADMIN);
    byte[] whole = Files.readAllBytes(path);
    for (int length = 0; length < whole.length - 1; length++) {
      Files.write(path, Arrays.copyOf(whole, length));
      assertThatThrownBy(file::read).isInstanceOf(DamagedFileException.class);
    }
  }
}
