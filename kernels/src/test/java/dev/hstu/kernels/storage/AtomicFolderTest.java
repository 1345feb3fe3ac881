package dev.hstu.kernels.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A folder appears under its name whole or not at all.
class AtomicFolderTest {

  @TempDir private Path directory;

  @Test
  void aCommittedFolderHasItsNameAndLeavesNothingBeside() throws IOException {
    Path target = directory.resolve("deep/data");
    try (AtomicFolder folder = AtomicFolder.creating(target)) {
      Files.writeString(folder.path().resolve("file"), "content");
      assertThat(target).doesNotExist();
      folder.commit();
    }
    assertThat(target.resolve("file")).hasContent("content");
    assertThat(target.getParent()).isDirectoryNotContaining(path -> !path.equals(target));
  }

  @Test
  void anAbandonedFolderIsDeleted() throws IOException {
    try (AtomicFolder folder = AtomicFolder.creating(directory.resolve("data"))) {
      Files.writeString(folder.path().resolve("file"), "content");
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void whatAKilledProcessLeftIsDeletedByTheNextAttempt() throws IOException {
    Path left = Files.createDirectories(directory.resolve(".data.incomplete"));
    Files.writeString(left.resolve("old"), "half");
    try (AtomicFolder folder = AtomicFolder.creating(directory.resolve("data"))) {
      folder.commit();
    }
    assertThat(directory.resolve("data")).isEmptyDirectory();
    assertThat(left).doesNotExist();
  }

  @Test
  void nothingIsReplaced() throws IOException {
    Path target = Files.createDirectory(directory.resolve("data"));
    assertThatThrownBy(() -> AtomicFolder.creating(target))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining(target.toString())
        .hasMessageContaining("delete it");
  }

  @Test
  void aNameTakenMeanwhileIsNotReplaced() throws IOException {
    Path target = directory.resolve("data");
    try (AtomicFolder folder = AtomicFolder.creating(target)) {
      Files.createDirectory(target);
      assertThatThrownBy(folder::commit).isInstanceOf(FileAlreadyExistsException.class);
    }
    assertThat(target).isEmptyDirectory();
  }
}
