package dev.hstu.kernels.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A file that is not what was written is refused by name, and a format from the future with the
/// release that wrote it.
class FileChecksumTest {

  @TempDir private Path directory;
  private Path file;
  private FileChecksum checksum;

  @BeforeEach
  void writeFile() throws IOException {
    file = Files.writeString(directory.resolve("file"), "abc");
    checksum = FileChecksum.of(file);
  }

  @Test
  void knowsSizeAndDigest() throws IOException {
    assertThat(checksum.bytes()).isEqualTo(3);
    assertThat(checksum.sha256())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    checksum.verify(file);
  }

  @Test
  void refusesAChangedFile() throws IOException {
    Files.writeString(file, "abd");
    assertThatThrownBy(() -> checksum.verify(file))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining("changed");
  }

  @Test
  void refusesACutFile() throws IOException {
    Files.writeString(file, "ab");
    assertThatThrownBy(() -> checksum.verify(file))
        .hasMessage(file + ": has 2 bytes and was written with 3; write it anew");
  }

  @Test
  void refusesAMissingFile() throws IOException {
    Files.delete(file);
    assertThatThrownBy(() -> checksum.verify(file)).hasMessageContaining("is missing");
  }

  @Test
  void readsTheLastTwoManifestVersionsOnly() {
    assertThatCode(() -> ManifestVersion.requireReadable(file, 3, 3, "x"))
        .doesNotThrowAnyException();
    assertThatCode(() -> ManifestVersion.requireReadable(file, 2, 3, "x"))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> ManifestVersion.requireReadable(file, 1, 3, "x"))
        .hasMessageContaining("only 2..3");
    assertThatThrownBy(() -> ManifestVersion.requireReadable(file, 0, 1, "x"))
        .hasMessageContaining("only 1..1");
    assertThatThrownBy(() -> ManifestVersion.requireReadable(file, 4, 3, "hstu-retrieval 9.1"))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("written by hstu-retrieval 9.1");
  }
}
