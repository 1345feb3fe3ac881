package dev.hstu.kernels.storage;

import dev.hstu.kernels.cpu.BackgroundThreads;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256 over a sequence of typed fields, each preceded by its type and length, so that no two
/// different sequences give the same bytes (`"ab","c"` differs from `"a","bc"`, and `7` from
/// `"7"`).
///
/// The order of the calls is part of the content: callers sort what has no order. Numbers enter
/// little-endian, so a digest is the same on every machine. For one thread.
public final class ContentDigest {
  private static final byte STRING = 'S';
  private static final byte LONG = 'L';
  private static final byte DOUBLE = 'D';
  private static final byte BOOLEAN = 'B';
  private static final byte LONGS = 'l';
  private static final byte BYTES = 'b';

  /// Files and segments are taken piece by piece, each some ten microseconds' work: nothing in the
  /// virtual machine can stop a thread within a piece.
  private static final int PIECE_BYTES = 1 << 16;

  private final MessageDigest sha256 = newSha256();
  private final ByteBuffer scratch = ByteBuffer.allocate(1 << 13).order(ByteOrder.LITTLE_ENDIAN);

  /// Adds a string as its UTF-8 bytes.
  public ContentDigest add(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    addHead(STRING, bytes.length);
    sha256.update(bytes);
    return this;
  }

  /// Adds a 64-bit integer.
  public ContentDigest add(long value) {
    addHead(LONG, value);
    return this;
  }

  /// Adds a double by its bits; every NaN counts as the same one.
  public ContentDigest add(double value) {
    addHead(DOUBLE, Double.doubleToLongBits(value));
    return this;
  }

  /// Adds a truth value.
  public ContentDigest add(boolean value) {
    addHead(BOOLEAN, value ? 1 : 0);
    return this;
  }

  /// Adds `values[offset .. offset+count)` as one field.
  public ContentDigest add(long[] values, int offset, int count) {
    addHead(LONGS, count);
    for (int done = 0; done < count; ) {
      int piece = Math.min(scratch.capacity() / Long.BYTES, count - done);
      scratch.clear();
      scratch.asLongBuffer().put(values, offset + done, piece);
      sha256.update(scratch.array(), 0, piece * Long.BYTES);
      done += piece;
    }
    return this;
  }

  /// Adds the bytes of a segment of any size as one field.
  public ContentDigest add(MemorySegment bytes) {
    addHead(BYTES, bytes.byteSize());
    update(sha256, bytes);
    return this;
  }

  /// The digest of all fields so far, as 64 lower-case hexadecimal digits; more fields may follow.
  public String hex() {
    try {
      return HexFormat.of().formatHex(((MessageDigest) sha256.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("this JVM's SHA-256 can't be cloned; use the JDK's own", e);
    }
  }

  /// The SHA-256 of a file's bytes (what `sha256sum` prints).
  public static String sha256(Path file) throws IOException {
    MessageDigest digest = newSha256();
    ByteBuffer buffer = ByteBuffer.allocate(PIECE_BYTES);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
        BackgroundThreads.giveWay();
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /// The SHA-256 of a segment's bytes.
  public static String sha256(MemorySegment bytes) {
    MessageDigest digest = newSha256();
    update(digest, bytes);
    return HexFormat.of().formatHex(digest.digest());
  }

  private void addHead(byte type, long lengthOrValue) {
    scratch.clear();
    scratch.put(type).putLong(lengthOrValue).flip();
    sha256.update(scratch);
  }

  private static void update(MessageDigest digest, MemorySegment bytes) {
    for (long offset = 0; offset < bytes.byteSize(); offset += PIECE_BYTES) {
      long piece = Math.min(PIECE_BYTES, bytes.byteSize() - offset);
      digest.update(bytes.asSlice(offset, piece).asByteBuffer());
      BackgroundThreads.giveWay();
    }
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no SHA-256, which every JDK must have", e);
    }
  }
}
