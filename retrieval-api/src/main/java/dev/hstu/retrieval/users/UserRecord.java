package dev.hstu.retrieval.users;

import dev.hstu.kernels.log.LogBatch;
import dev.hstu.kernels.log.LogFormat;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// One change of what is kept of a user, as it stands in a batch of the log:
///
/// | field | type | |
/// |---|---|---|
/// | length | int32 | of what follows |
/// | kind | int8 | 0 [Forget], 1 [Events], 2 [Served], 3 [Attributes] |
/// | user | text | varint length and UTF-8 |
/// | content | | [StoredEvents], [ServedItems] or [StoredAttributes], packed |
///
/// Changes of one user take effect in the order of the log. A compacted segment holds for each user
/// what they amount to.
sealed interface UserRecord {

  /// Segments begin with `HSTUUSER`, batches with `HUS1`.
  LogFormat FORMAT =
      new LogFormat("a log of users", 0x5245_5355_5554_5348L, 1, 0x3153_5548, 0, 64 << 20);

  String userId();

  /// Nothing of what came before is kept.
  record Forget(String userId) implements UserRecord {}

  /// Further events.
  record Events(String userId, StoredEvents events) implements UserRecord {}

  /// Further items that were served.
  record Served(String userId, ServedItems items) implements UserRecord {}

  /// All attributes from now on, in place of those before: they are few and change seldom, and what
  /// a bound or a run leaves out of them depends on the others.
  record Attributes(String userId, StoredAttributes attributes) implements UserRecord {}

  /// This as bytes of a batch.
  default byte[] encode() {
    PackedBytes bytes = new PackedBytes();
    switch (this) {
      case Forget(String user) -> bytes.octet(0).text(user);
      case Events(String user, StoredEvents events) ->
          bytes.octet(1).text(user).raw(events.packed());
      case Served(String user, ServedItems items) -> bytes.octet(2).text(user).raw(items.packed());
      case Attributes(String user, StoredAttributes attributes) ->
          bytes.octet(3).text(user).raw(attributes.packed());
    }
    byte[] content = bytes.toArray();
    return ByteBuffer.allocate(Integer.BYTES + content.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(content.length)
        .put(content)
        .array();
  }

  /// The records of a batch, in order.
  ///
  /// @throws IllegalArgumentException when they are none
  static List<UserRecord> decode(LogBatch batch) {
    ByteBuffer source = batch.records().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    List<UserRecord> records = new ArrayList<>(batch.count());
    try {
      for (int i = 0; i < batch.count(); i++) {
        byte[] content = new byte[Math.clamp(source.getInt(), 0, source.remaining())];
        source.get(content);
        records.add(decode(new PackedReader(content)));
      }
    } catch (BufferUnderflowException | IndexOutOfBoundsException | ArithmeticException e) {
      throw new IllegalArgumentException("a record ends early", e);
    }
    return records;
  }

  private static UserRecord decode(PackedReader content) {
    int kind = content.octet();
    String user = content.text();
    return switch (kind) {
      case 0 -> new Forget(user);
      case 1 -> new Events(user, StoredEvents.ofPacked(content.rest()));
      case 2 -> new Served(user, ServedItems.ofPacked(content.rest()));
      case 3 -> new Attributes(user, StoredAttributes.ofPacked(content.rest()));
      default -> throw new IllegalArgumentException("no change has the kind " + kind);
    };
  }
}
