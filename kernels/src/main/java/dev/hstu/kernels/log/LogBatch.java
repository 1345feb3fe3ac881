package dev.hstu.kernels.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What was made durable together: what a log is written and checked in. All of a batch is there or
/// nothing. Little-endian:
///
/// | field | type | |
/// |---|---|---|
/// | magic | int32 | [LogFormat#batchMagic] |
/// | length | int32 | of the records |
/// | count | int32 | of the records, at least 1 |
/// | checksum | int32 | CRC-32C of length, count, head and records |
/// | head | [LogFormat#headBytes] | the owner's |
/// | records | | the owner's |
///
/// @param head byte[headBytes], the batch's own
/// @param records little-endian, from its start; not to be changed
/// @param bytes of the whole batch in the file
public record LogBatch(byte[] head, int count, ByteBuffer records, int bytes) {

  private static final int CHECKSUM_AT = 3 * Integer.BYTES;
  private static final int HEAD_AT = 4 * Integer.BYTES;

  /// A batch ready to be written.
  ///
  /// @param head byte[headBytes]
  /// @param records encoded, in order
  public static ByteBuffer encode(LogFormat format, byte[] head, List<byte[]> records) {
    if (head.length != format.headBytes()) {
      throw new IllegalArgumentException(
          "head has %d bytes and must have %d".formatted(head.length, format.headBytes()));
    }
    int length = 0;
    for (byte[] record : records) {
      length = Math.addExact(length, record.length);
    }
    ByteBuffer batch =
        ByteBuffer.allocate(headerBytes(format) + length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(format.batchMagic())
            .putInt(length)
            .putInt(records.size())
            .putInt(0)
            .put(head);
    records.forEach(batch::put);
    batch.flip();
    return batch.putInt(CHECKSUM_AT, checksum(batch));
  }

  /// The batch at `offset`, or null where none begins or it isn't whole.
  public static @Nullable LogBatch readAt(LogFormat format, FileChannel file, long offset)
      throws IOException {
    int headerBytes = headerBytes(format);
    ByteBuffer header = read(file, offset, headerBytes);
    if (header.remaining() < headerBytes || header.getInt(0) != format.batchMagic()) {
      return null;
    }
    int length = header.getInt(Integer.BYTES);
    if (length < 0
        || length > format.maxBatchBytes()
        || offset + headerBytes + length > file.size()) {
      return null;
    }
    ByteBuffer batch = read(file, offset, headerBytes + length);
    if (batch.remaining() < headerBytes + length || batch.getInt(CHECKSUM_AT) != checksum(batch)) {
      return null;
    }
    byte[] head = new byte[format.headBytes()];
    batch.get(HEAD_AT, head);
    return new LogBatch(
        head,
        batch.getInt(2 * Integer.BYTES),
        batch.slice(headerBytes, length).order(ByteOrder.LITTLE_ENDIAN),
        headerBytes + length);
  }

  /// Writes all of a buffer.
  public static void writeFully(FileChannel file, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int _ = file.write(bytes);
    }
  }

  static int headerBytes(LogFormat format) {
    return HEAD_AT + format.headBytes();
  }

  private static int checksum(ByteBuffer batch) {
    CRC32C crc = new CRC32C();
    crc.update(batch.slice(Integer.BYTES, 2 * Integer.BYTES));
    crc.update(batch.slice(HEAD_AT, batch.limit() - HEAD_AT));
    return (int) crc.getValue();
  }

  private static ByteBuffer read(FileChannel file, long offset, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      int read = file.read(bytes, offset + bytes.position());
      if (read < 0) {
        break;
      }
    }
    return bytes.flip();
  }
}
