package dev.hstu.retrieval.nightly;

import dev.hstu.kernels.storage.FileChecksum;
import java.io.IOException;
import java.nio.file.Path;

/// An input file as a night found it.
///
/// @param name inside its folder
/// @param bytes its size
/// @param sha256 of its content
public record SourceFile(String name, long bytes, String sha256) {

  /// Reads the whole file.
  static SourceFile of(Path file) throws IOException {
    FileChecksum checksum = FileChecksum.of(file);
    return new SourceFile(String.valueOf(file.getFileName()), checksum.bytes(), checksum.sha256());
  }

  static long bytes(Iterable<SourceFile> files) {
    long sum = 0;
    for (SourceFile file : files) {
      sum += file.bytes;
    }
    return sum;
  }
}
