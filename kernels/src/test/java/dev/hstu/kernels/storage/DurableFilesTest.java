package dev.hstu.kernels.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Replacing a file leaves the old content or the new, and no temporary file.
class DurableFilesTest {
  @TempDir Path directory;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
    }
  }

  @Test
  void replacesTheWholeFile() throws IOException {
    Path target = directory.resolve("CURRENT");
    DurableFiles.writeAtomically(target, "first, and longer".getBytes(StandardCharsets.UTF_8));
    DurableFiles.writeAtomically(target, "second".getBytes(StandardCharsets.UTF_8));
    assertThat(target).hasContent("second");
    assertThat(names()).containsExactly("CURRENT");
  }

  @Test
  void aFailingContentLeavesTheOldFile() throws IOException {
    Path target = directory.resolve("CURRENT");
    DurableFiles.writeAtomically(target, "first".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(
            () ->
                DurableFiles.writeAtomically(
                    target,
                    out -> {
                      out.write(1);
                      throw new IOException("disk full");
                    }))
        .hasMessage("disk full");
    assertThat(target).hasContent("first");
    assertThat(names()).containsExactly("CURRENT");
  }

  @Test
  void abandonedTemporariesAreDeletedAndNothingElse() throws IOException {
    Files.writeString(directory.resolve(".CURRENT.tmp-00ff"), "cut");
    Files.writeString(directory.resolve(".hidden"), "kept");
    Files.writeString(directory.resolve("notes.tmp-1"), "kept");
    assertThat(DurableFiles.deleteAbandoned(directory)).isEqualTo(1);
    assertThat(names()).containsExactly(".hidden", "notes.tmp-1");
  }

  @Test
  void deletesATreeWithoutFollowingLinks() throws IOException {
    Path outside = Files.writeString(directory.resolve("outside"), "kept");
    Path tree = Files.createDirectories(directory.resolve("tree/inner"));
    Files.writeString(tree.resolve("file"), "gone");
    Files.createSymbolicLink(tree.resolve("link"), outside);
    DurableFiles.fsyncTree(directory.resolve("tree"));
    DurableFiles.deleteRecursively(directory.resolve("tree"));
    DurableFiles.deleteRecursively(directory.resolve("tree"));
    assertThat(names()).containsExactly("outside");
  }

  @Test
  void renamesADirectory() throws IOException {
    Path building = Files.createDirectory(directory.resolve("building"));
    Files.writeString(building.resolve("file"), "content");
    DurableFiles.renameAtomically(building, directory.resolve("built"));
    assertThat(directory.resolve("built/file")).hasContent("content");
    assertThat(names()).containsExactly("built");
  }

  @Test
  void fsyncsATreeWithReadOnlyFiles() throws IOException {
    Path file = Files.writeString(directory.resolve("read-only"), "x");
    assertThat(file.toFile().setReadOnly()).isTrue();
    DurableFiles.fsyncTree(directory);
    assertThat(file).hasContent("x");
  }
}
