package dev.hstu.retrieval.data;

import java.nio.file.Path;

/// Hears how far an import is. Called on the importing thread; should return at once.
public interface ImportListener {

  /// An input file is begun.
  ///
  /// @param bytes its size on the disk
  default void onFile(Path file, long bytes) {}

  /// A part of a file is read.
  ///
  /// @param bytesRead of the file on the disk
  /// @param rows read so far of all interaction files
  default void onRead(Path file, long bytesRead, long rows) {}

  /// All rows are read; sorting and writing follow.
  default void onRowsRead(long rows) {}
}
