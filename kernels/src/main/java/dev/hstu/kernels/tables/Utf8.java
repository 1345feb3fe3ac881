package dev.hstu.kernels.tables;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Strict UTF-8: what isn't well-formed is refused instead of replaced, so that two ids never
/// become one.
final class Utf8 {
  private Utf8() {}

  /// The bytes of `text`, or null when it holds a surrogate without its partner.
  static byte @Nullable [] encode(String text) {
    return isWellFormed(text) ? text.getBytes(StandardCharsets.UTF_8) : null;
  }

  /// The bytes of `text`, which must be well-formed.
  static byte[] require(String text) {
    byte[] utf8 = encode(text);
    if (utf8 == null) {
      throw new IllegalArgumentException(
          "'%.80s' holds half a surrogate pair; give well-formed Unicode".formatted(text));
    }
    return utf8;
  }

  static boolean isValid(byte[] bytes, int offset, int length) {
    if (isAscii(bytes, offset, length)) {
      return true;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static boolean isAscii(byte[] bytes, int offset, int length) {
    int bits = 0;
    for (int i = offset; i < offset + length; i++) {
      bits |= bytes[i];
    }
    return bits >= 0;
  }

  private static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}
