package dev.hstu.retrieval.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// After a kill between the two renames of a replacement the old folder is back before the next run
/// reads a row, and is protected as if it had never been away.
class FolderSwapTest {

  @TempDir private Path folder;
  private Path out;

  @BeforeEach
  void killBetweenTheRenames() throws IOException {
    out = folder.resolve("out");
    Path replaced = Files.createDirectory(folder.resolve(".out.replaced"));
    Imports.file(replaced, "old", "content");
  }

  @Test
  void theOldFolderIsBackBeforeTheNextRunReads() throws IOException {
    Path log = Imports.file(folder, "log.csv", "user_id,item_id,timestamp\nu,i,1\nu,j,2\n");
    ImportListener looking =
        new ImportListener() {
          @Override
          public void onFile(Path file, long bytes) {
            assertThat(out.resolve("old")).hasContent("content");
          }
        };

    ImportOutcome outcome =
        InteractionImport.run(ImportRequest.of(log, null, out).overwriting(), looking);

    assertThat(outcome).isInstanceOf(ImportOutcome.Imported.class);
    assertThat(out.resolve("old")).doesNotExist();
    assertThat(Imports.entries(folder)).containsExactly(log, out);
  }

  @Test
  void whatWasAwayIsNotReplacedUnasked() {
    assertThatThrownBy(() -> FolderSwap.write(out, false, path -> path))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining("--overwrite to replace it");
    assertThat(out.resolve("old")).hasContent("content");
  }
}
