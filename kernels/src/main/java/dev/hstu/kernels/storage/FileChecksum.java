package dev.hstu.kernels.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Size and SHA-256 of a file when it was written, as a manifest beside it keeps them.
///
/// @param bytes the size
/// @param sha256 64 lower-case hexadecimal digits, what `sha256sum` prints
public record FileChecksum(long bytes, String sha256) {

  /// Reads the whole file.
  public static FileChecksum of(Path file) throws IOException {
    return new FileChecksum(Files.size(file), ContentDigest.sha256(file));
  }

  /// Checks that `file` is still what it was; reads all of it unless its size already differs.
  ///
  /// @throws DamagedFileException when it is missing, of another size, or changed
  public void verify(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new DamagedFileException(file, "is missing; restore it or write the folder anew");
    }
    long found = Files.size(file);
    if (found != bytes) {
      throw new DamagedFileException(
          file, "has %d bytes and was written with %d; write it anew".formatted(found, bytes));
    }
    if (!ContentDigest.sha256(file).equals(sha256)) {
      throw new DamagedFileException(
          file, "has changed since it was written (SHA-256 differs); write it anew");
    }
  }
}
