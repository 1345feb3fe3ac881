package dev.hstu.index.live;

import dev.hstu.kernels.log.LogBatch;
import dev.hstu.kernels.log.LogFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Updates that were made durable together, as a [LogBatch]: its head is the fingerprint of the
/// model that made the vectors (32 bytes), its records are [UpdateRecord]s, sequence numbers
/// ascending.
record UpdateBatch(String modelFingerprint, LogBatch batch) {

  /// Most bytes of records.
  static final int MAX_LENGTH = 64 << 20;

  private static final int FINGERPRINT_BYTES = 32;

  /// Segments begin with `HSTUUPDT`, batches with `HUB1`.
  static final LogFormat FORMAT =
      new LogFormat(
          "an update log", 0x5444_5055_5554_5348L, 1, 0x3142_5548, FINGERPRINT_BYTES, MAX_LENGTH);

  static UpdateBatch of(LogBatch batch) {
    return new UpdateBatch(HexFormat.of().formatHex(batch.head()), batch);
  }

  /// A batch of encoded and stamped records, ready to be written.
  static ByteBuffer encode(String modelFingerprint, List<byte[]> records) {
    return LogBatch.encode(FORMAT, HexFormat.of().parseHex(modelFingerprint), records);
  }

  /// The updates, in order.
  List<LoggedUpdate> updates() {
    ByteBuffer source = batch.records().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    List<LoggedUpdate> updates = new ArrayList<>(batch.count());
    for (int i = 0; i < batch.count(); i++) {
      updates.add(UpdateRecord.decode(source, modelFingerprint));
    }
    return updates;
  }
}
