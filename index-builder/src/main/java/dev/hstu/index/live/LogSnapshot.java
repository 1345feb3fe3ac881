package dev.hstu.index.live;

import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.kernels.log.LogSegment;
import dev.hstu.kernels.storage.DamagedFileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The log's content at one moment, readable any number of times while its owner goes on writing
/// and compacting, from this process or another. What isn't wholly written yet isn't in it.
final class LogSnapshot implements AutoCloseable {

  /// Tries to open all segments before a compaction replaces one of them. Compactions are minutes
  /// apart.
  private static final int MAX_TRIES = 10;

  private final List<LogSegment> segments;
  private final List<FileChannel> files;

  /// Where the last segment's last whole batch ends, once all were read.
  private long end = LogSegment.HEADER_BYTES;

  private LogSnapshot(List<LogSegment> segments, List<FileChannel> files) {
    this.segments = segments;
    this.files = files;
  }

  /// Opens a log's folder; one that doesn't exist is an empty log.
  static LogSnapshot open(Path folder) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return tryOpen(folder);
      } catch (NoSuchFileException e) {
        if (attempt == MAX_TRIES) {
          throw e;
        }
      }
    }
  }

  private static LogSnapshot tryOpen(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return new LogSnapshot(List.of(), List.of());
    }
    return of(LogSegment.current(LogSegment.all(UpdateBatch.FORMAT, folder)));
  }

  /// Opens these segments.
  static LogSnapshot of(List<LogSegment> segments) throws IOException {
    List<FileChannel> files = new ArrayList<>();
    LogSnapshot snapshot = new LogSnapshot(segments, files);
    try {
      for (LogSegment segment : segments) {
        files.add(FileChannel.open(segment.file()));
      }
      return snapshot;
    } catch (IOException e) {
      snapshot.close();
      throw e;
    }
  }

  /// All updates in order.
  void forEach(UpdateConsumer consumer) throws IOException {
    for (int i = 0; i < files.size(); i++) {
      FileChannel file = files.get(i);
      long end =
          LogSegment.walk(
              UpdateBatch.FORMAT,
              file,
              batch -> {
                for (LoggedUpdate update : UpdateBatch.of(batch).updates()) {
                  consumer.accept(update);
                  BackgroundThreads.giveWay();
                }
              });
      if (i < files.size() - 1 && end < file.size()) {
        throw new DamagedFileException(
            segments.get(i).file(),
            "offset %d: a batch is damaged; restore the file from a backup".formatted(end));
      }
      this.end = end;
    }
  }

  /// Where the log goes on behind what [#forEach] has read: for a reader that begins there. The
  /// place owns its file from then on, and this reads no more.
  ///
  /// @return empty where there is no segment
  Optional<Place> handOverEnd() {
    if (files.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Place(segments.getLast().number(), files.removeLast(), end));
  }

  /// A place in a log.
  ///
  /// @param segment its number
  /// @param file the segment's, which stays readable when a compaction replaces it
  /// @param offset where a batch begins, or will
  record Place(long segment, FileChannel file, long offset) {}

  @Override
  public void close() throws IOException {
    for (FileChannel file : files) {
      file.close();
    }
  }

  @FunctionalInterface
  interface UpdateConsumer {
    void accept(LoggedUpdate update) throws IOException;
  }
}
