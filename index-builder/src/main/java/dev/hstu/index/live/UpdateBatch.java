package dev.hstu.index.live;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Updates that were made durable together: what the log is written and checked in. All of a batch
/// are there or none. Little-endian:
///
/// | field | type | |
/// |---|---|---|
/// | magic | int32 | [#MAGIC] |
/// | length | int32 | of the records |
/// | count | int32 | of the records, at least 1 |
/// | checksum | int32 | CRC-32C of length, count, fingerprint and records |
/// | fingerprint | 32 bytes | of the model that made the vectors |
/// | records | | [UpdateRecord], sequence numbers ascending |
///
/// @param bytes of the whole batch in the file
record UpdateBatch(String modelFingerprint, int count, ByteBuffer records, int bytes) {

  /// `HUB1`.
  static final int MAGIC = 0x3142_5548;

  /// Most bytes of records: bounds what a reader allocates for a length it cannot trust yet.
  static final int MAX_LENGTH = 64 << 20;

  private static final int FINGERPRINT_BYTES = 32;
  private static final int CHECKSUM_AT = 3 * Integer.BYTES;
  static final int HEADER_BYTES = 4 * Integer.BYTES + FINGERPRINT_BYTES;

  /// A batch of encoded and stamped records, ready to be written.
  static ByteBuffer encode(String modelFingerprint, List<byte[]> records) {
    int length = 0;
    for (byte[] record : records) {
      length = Math.addExact(length, record.length);
    }
    ByteBuffer batch =
        ByteBuffer.allocate(HEADER_BYTES + length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(MAGIC)
            .putInt(length)
            .putInt(records.size())
            .putInt(0)
            .put(HexFormat.of().parseHex(modelFingerprint));
    records.forEach(batch::put);
    batch.flip();
    return batch.putInt(CHECKSUM_AT, checksum(batch));
  }

  /// The batch at `offset`, or null where none begins or it isn't whole.
  static @Nullable UpdateBatch readAt(FileChannel file, long offset) throws IOException {
    ByteBuffer header = read(file, offset, HEADER_BYTES);
    if (header.remaining() < HEADER_BYTES || header.getInt(0) != MAGIC) {
      return null;
    }
    int length = header.getInt(Integer.BYTES);
    if (length < 0 || length > MAX_LENGTH || offset + HEADER_BYTES + length > file.size()) {
      return null;
    }
    ByteBuffer batch = read(file, offset, HEADER_BYTES + length);
    if (batch.remaining() < HEADER_BYTES + length || batch.getInt(CHECKSUM_AT) != checksum(batch)) {
      return null;
    }
    byte[] fingerprint = new byte[FINGERPRINT_BYTES];
    batch.get(4 * Integer.BYTES, fingerprint);
    return new UpdateBatch(
        HexFormat.of().formatHex(fingerprint),
        batch.getInt(2 * Integer.BYTES),
        batch.slice(HEADER_BYTES, length).order(ByteOrder.LITTLE_ENDIAN),
        HEADER_BYTES + length);
  }

  /// The updates, in order.
  List<LoggedUpdate> updates() {
    ByteBuffer source = records.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    List<LoggedUpdate> updates = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      updates.add(UpdateRecord.decode(source, modelFingerprint));
    }
    return updates;
  }

  private static int checksum(ByteBuffer batch) {
    CRC32C crc = new CRC32C();
    crc.update(batch.slice(Integer.BYTES, 2 * Integer.BYTES));
    crc.update(batch.slice(4 * Integer.BYTES, batch.limit() - 4 * Integer.BYTES));
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
