package dev.hstu.kernels.storage;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The rule for format versions that stand in the manifests of folders (`manifest.json`,
/// `config.json`, `generation.json`): the last two are readable, a newer one is refused with the
/// release that wrote it.
public final class ManifestVersion {

  private ManifestVersion() {}

  /// This release, as written to files beside their format version; `development` when the classes
  /// don't come from a jar of ours.
  public static String writer() {
    @Nullable String version = ManifestVersion.class.getPackage().getImplementationVersion();
    return "hstu-retrieval " + (version == null ? "development" : version);
  }

  /// Checks that a file of version `found` is readable by code that writes version `current`.
  ///
  /// @param writer what [#writer()] gave when the file was written
  /// @throws DamagedFileException naming the file, both versions and the mend
  public static void requireReadable(Path file, long found, int current, String writer)
      throws DamagedFileException {
    if (found > current) {
      throw new DamagedFileException(
          file,
          "format version %d was written by %s and this release reads up to %d; use that release"
              .formatted(found, writer, current));
    }
    if (found < 1 || found < current - 1) {
      throw new DamagedFileException(
          file,
          "format version %d is not readable, only %d..%d are; write it anew"
              .formatted(found, Math.max(1, current - 1), current));
    }
  }
}
