package dev.hstu.retrieval.gate;

import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `gates/` of a generation store: the last verdict on each generation, `<id>.json` and
/// `<id>.html`. Verdicts outlive their generations; the youngest [#MAX_VERDICTS] stay.
public final class VerdictFolder {

  private static final Logger LOG = LoggerFactory.getLogger(VerdictFolder.class);

  /// Three years of nights, some 30 KB each.
  static final int MAX_VERDICTS = 1_000;

  private static final String NAME = "gates";
  private static final int FILES_PER_VERDICT = 2;

  private final Path folder;

  /// The verdicts of the store in `root`.
  public VerdictFolder(Path root) {
    this.folder = root.resolve(NAME);
  }

  /// The verdict on a generation as JSON, perhaps not there.
  public Path json(String generation) {
    return folder.resolve(generation + ".json");
  }

  /// The verdict on a generation as a page, perhaps not there.
  public Path html(String generation) {
    return folder.resolve(generation + ".html");
  }

  /// The verdict on a generation; empty where there is none, or none that this release can read.
  public Optional<GateVerdict> verdict(String generation) {
    try {
      return Optional.of(VerdictJson.parse(Files.readAllBytes(json(generation))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.warn("the verdict on {} cannot be read: {}", generation, e.getMessage());
      return Optional.empty();
    }
  }

  /// Writes both forms, each wholly or not at all, and deletes the oldest beyond the bound.
  void keep(GateVerdict verdict) throws IOException {
    Files.createDirectories(folder);
    write(json(verdict.generation()), VerdictJson.text(verdict));
    write(html(verdict.generation()), VerdictPage.render(verdict));
    for (Path old : beyond(MAX_VERDICTS * FILES_PER_VERDICT)) {
      Files.deleteIfExists(old);
    }
  }

  /// Names begin with the time of the build, so they sort by age.
  private List<Path> beyond(int most) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted(Collections.reverseOrder()).skip(most).toList();
    }
  }

  private static void write(Path file, String text) throws IOException {
    DurableFiles.writeAtomically(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
