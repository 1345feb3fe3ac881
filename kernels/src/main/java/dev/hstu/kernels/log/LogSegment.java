package dev.hstu.kernels.log;

import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// One file of the log, `NNNNNNNNNN.log`: a header, then [LogBatch]es. The header,
/// little-endian:
///
/// | field | type | |
/// |---|---|---|
/// | magic | int64 | [LogFormat#magic] |
/// | version | int32 | [LogFormat#version] |
/// | covers from | int64 | the least number, of what its owner counts, that may stand in it |
/// | checksum | int32 | CRC-32C of what is before |
///
/// A compacted segment takes the number of the last segment that it replaces and covers from where
/// the first of them did; so segments that a later one covers are leftovers of a compaction.
public record LogSegment(LogFormat format, Path file, long number, long coversFrom) {

  /// Bytes before the first batch.
  public static final int HEADER_BYTES = 2 * Long.BYTES + 2 * Integer.BYTES;

  private static final Pattern NAME = Pattern.compile("(\\d{10})\\.log");
  private static final int CHECKED_BYTES = HEADER_BYTES - Integer.BYTES;

  /// All segments of a folder by number, leftovers among them.
  public static List<LogSegment> all(LogFormat format, Path folder) throws IOException {
    List<LogSegment> segments = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = String.valueOf(file.getFileName());
        if (NAME.matcher(name).matches()) {
          segments.add(open(format, file, Long.parseLong(name.substring(0, name.indexOf('.')))));
        }
      }
    }
    return List.copyOf(segments);
  }

  /// Those of `all` that no later one covers.
  public static List<LogSegment> current(List<LogSegment> all) {
    List<LogSegment> current = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      LogSegment segment = all.get(i);
      if (all.stream().skip(i + 1L).noneMatch(later -> later.coversFrom <= segment.coversFrom)) {
        current.add(segment);
      }
    }
    return List.copyOf(current);
  }

  /// Makes an empty segment, durably.
  public static LogSegment create(LogFormat format, Path folder, long number, long coversFrom)
      throws IOException {
    Path file = path(folder, number);
    DurableFiles.writeAtomically(file, header(format, coversFrom));
    return new LogSegment(format, file, number, coversFrom);
  }

  /// The file of a segment.
  public static Path path(Path folder, long number) {
    return folder.resolve("%010d.log".formatted(number));
  }

  /// What a segment begins with.
  public static byte[] header(LogFormat format, long coversFrom) {
    ByteBuffer header =
        ByteBuffer.allocate(HEADER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(format.magic())
            .putInt(format.version())
            .putLong(coversFrom);
    return header.putInt(checksum(header)).array();
  }

  /// Reads batches one after the other until none begins or one isn't whole.
  ///
  /// @return where the last whole one ends
  public static long walk(LogFormat format, FileChannel file, BatchConsumer consumer)
      throws IOException {
    long offset = HEADER_BYTES;
    @Nullable LogBatch batch = LogBatch.readAt(format, file, offset);
    while (batch != null) {
      consumer.accept(batch);
      offset += batch.bytes();
      batch = LogBatch.readAt(format, file, offset);
    }
    return offset;
  }

  private static LogSegment open(LogFormat format, Path file, long number) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file)) {
      while (header.hasRemaining() && channel.read(header) >= 0) {
        // Reads on until the header is whole.
      }
    }
    boolean whole = !header.hasRemaining() && header.getLong(0) == format.magic();
    if (whole && header.getInt(Long.BYTES) > format.version()) {
      throw new DamagedFileException(
          file,
          "format version %d is newer than this release's %d; use the release that wrote it"
              .formatted(header.getInt(Long.BYTES), format.version()));
    }
    if (!whole || header.getInt(CHECKED_BYTES) != checksum(header)) {
      throw new DamagedFileException(
          file, "offset 0: the header of %s is damaged; restore it".formatted(format.name()));
    }
    return new LogSegment(format, file, number, header.getLong(Long.BYTES + Integer.BYTES));
  }

  private static int checksum(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(header.slice(0, CHECKED_BYTES));
    return (int) crc.getValue();
  }

  /// Takes batches in their order.
  @FunctionalInterface
  public interface BatchConsumer {
    void accept(LogBatch batch) throws IOException;
  }
}
