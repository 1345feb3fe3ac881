package dev.hstu.index.generation;

import dev.hstu.kernels.storage.FileChecksum;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SortedMap;

/// A generation whose files were changed after its build and whose manifest was written anew, as by
/// a builder that sealed what it had: the checksums are right and the content is not.
public final class ResealedGeneration {

  private ResealedGeneration() {}

  /// Writes the manifest of the files as they are now.
  public static void seal(GenerationStore store, String id) throws IOException {
    Path folder = store.root().resolve(id);
    Path file = folder.resolve(GenerationLayout.MANIFEST);
    GenerationManifest manifest = ManifestFile.read(file);
    SortedMap<String, FileChecksum> files = GenerationFiles.checksums(folder, done -> {});
    ManifestFile.write(file, manifest.withEvaluation(manifest.evaluation(), files));
  }
}
