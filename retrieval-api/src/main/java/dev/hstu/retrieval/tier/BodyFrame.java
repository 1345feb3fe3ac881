package dev.hstu.retrieval.tier;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/// What requests and responses of an encoder have in common. All numbers are little-endian.
///
/// | bytes | field |
/// |---|---|
/// | 4 | `HSTQ` of a request, `HSTR` of a response |
/// | 2 | version of the format, 1 |
/// | 2 | reserved, 0 |
/// | 32 | the model's fingerprint, SHA-256 |
/// | … | the content |
/// | 4 | CRC-32C of all before |
final class BodyFrame {

  static final int REQUEST = tag("HSTQ");
  static final int RESPONSE = tag("HSTR");
  static final int VERSION = 1;
  static final int HEAD_BYTES = 40;
  static final int CHECK_BYTES = Integer.BYTES;

  private static final int FINGERPRINT_BYTES = 32;

  private BodyFrame() {}

  /// A buffer for a body with so much content, its head written.
  ///
  /// @param fingerprint 64 hexadecimal digits
  static ByteBuffer begin(int tag, String fingerprint, int contentBytes) {
    byte[] digest = HexFormat.of().parseHex(fingerprint);
    if (digest.length != FINGERPRINT_BYTES) {
      throw new IllegalArgumentException(
          "fingerprint '%s' must be 64 hexadecimal digits".formatted(fingerprint));
    }
    return ByteBuffer.allocate(HEAD_BYTES + contentBytes + CHECK_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(tag)
        .putShort((short) VERSION)
        .putShort((short) 0)
        .put(digest);
  }

  /// Writes the check and gives the whole.
  static byte[] end(ByteBuffer body) {
    int bytes = body.position();
    body.putInt(check(body.array(), bytes));
    return body.array();
  }

  /// Checks head and sum of a body.
  ///
  /// @param leastContentBytes that its content takes at least
  /// @return the body, at its content and limited to it
  static ByteBuffer open(byte[] body, int tag, int leastContentBytes) {
    int least = HEAD_BYTES + leastContentBytes + CHECK_BYTES;
    if (body.length < least) {
      throw new BodyFault(
          "the body has %d bytes and must have %d at least".formatted(body.length, least));
    }
    ByteBuffer buffer = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
    int found = buffer.getInt();
    if (found != tag) {
      throw new BodyFault("the body begins with 0x%08x and must with 0x%08x".formatted(found, tag));
    }
    int version = Short.toUnsignedInt(buffer.getShort());
    if (version != VERSION) {
      throw new BodyFault(
          "the body is of version %d and this process reads %d; run both ends of one release"
              .formatted(version, VERSION));
    }
    int reserved = buffer.getShort();
    if (reserved != 0) {
      throw new BodyFault("the reserved bytes hold %d and must hold 0".formatted(reserved));
    }
    int end = body.length - CHECK_BYTES;
    int sum = check(body, end);
    int said = buffer.getInt(end);
    if (sum != said) {
      throw new BodyFault(
          "the body's CRC-32C is 0x%08x and it says 0x%08x; it was damaged on its way"
              .formatted(sum, said));
    }
    return buffer.position(HEAD_BYTES).limit(end);
  }

  /// The fingerprint of an opened body.
  static String fingerprint(byte[] body) {
    return HexFormat.of().formatHex(body, HEAD_BYTES - FINGERPRINT_BYTES, HEAD_BYTES);
  }

  private static int check(byte[] body, int bytes) {
    CRC32C check = new CRC32C();
    check.update(body, 0, bytes);
    return (int) check.getValue();
  }

  private static int tag(String text) {
    return text.charAt(0) | text.charAt(1) << 8 | text.charAt(2) << 16 | text.charAt(3) << 24;
  }
}
