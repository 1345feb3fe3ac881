package dev.hstu.retrieval.gate;

import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The file of golden users on its way into a generation: drawn before the build, handed to it as a
/// companion, and deleted with this.
///
/// ```java
/// try (GoldenCompanion golden = GoldenCompanion.of(data, GoldenUsers.DEFAULT_USERS)) {
///   IndexBuilder.build(request.withCompanions(golden.files()), listener);
/// }
/// ```
public final class GoldenCompanion implements AutoCloseable {

  private final Path folder;

  private GoldenCompanion(Path folder) {
    this.folder = folder;
  }

  /// Draws the users and writes them to a temporary folder.
  ///
  /// @param users at most, 1..[GoldenUsers#MAX_USERS]
  public static GoldenCompanion of(PreparedData data, int users) throws IOException {
    GoldenUsers golden = GoldenUsers.sample(data, users, GoldenUsers.DEFAULT_SEED);
    GoldenCompanion companion = new GoldenCompanion(Files.createTempDirectory("hstu-golden"));
    try {
      golden.write(companion.folder.resolve(GoldenUsers.FILE));
      return companion;
    } catch (IOException | RuntimeException e) {
      companion.close();
      throw e;
    }
  }

  /// What [dev.hstu.index.BuildRequest#withCompanions] takes.
  public List<Path> files() {
    return List.of(folder.resolve(GoldenUsers.FILE));
  }

  @Override
  public void close() throws IOException {
    DurableFiles.deleteRecursively(folder);
  }
}
