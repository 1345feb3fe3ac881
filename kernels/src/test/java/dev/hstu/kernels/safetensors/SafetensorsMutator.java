package dev.hstu.kernels.safetensors;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Damages the bytes of a valid safetensors file in one seeded way a disk, a network or an attacker
/// might.
public final class SafetensorsMutator {
  private static final List<String> NUMBERS =
      List.of(
          "-1",
          "0",
          "1",
          "1.5",
          "1e3",
          "9223372036854775807",
          "9223372036854775808",
          "18446744073709551615",
          "4611686018427387904",
          "4294967296",
          "9".repeat(5_000),
          "null",
          "\"1\"",
          "[1]",
          "true",
          "-0",
          "007");

  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "\\u0000",
          "\\ud800",
          " ",
          "\n",
          "\u0000",
          "é",
          "{}",
          "\"dtype\":\"F32\",",
          "\"shape\":[1],",
          "\"data_offsets\":[0,4],",
          "\"__metadata__\":{},",
          "\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"},",
          "\"unknown\":1,",
          "\"F4\"",
          "\"f32\"",
          "[".repeat(2_000),
          "{\"a\":".repeat(2_000),
          "\"" + "n".repeat(10_000) + "\":1,");

  private final Random random;

  /// A sequence of damages that depends on the seed alone.
  public SafetensorsMutator(long seed) {
    this.random = new Random(seed);
  }

  /// A damaged copy of `file`; now and then one that is still valid.
  public byte[] mutate(byte[] file) {
    byte[] mutated = file.clone();
    for (int damage = random.nextInt(3); damage >= 0; damage--) {
      mutated = mutateOnce(mutated);
    }
    return mutated;
  }

  private byte[] mutateOnce(byte[] file) {
    if (file.length < 16) {
      return Arrays.copyOf(file, file.length + random.nextInt(16));
    }
    int headerEnd = Math.clamp(lengthOf(file), 0, file.length - 8) + 8;
    return switch (random.nextInt(9)) {
      case 0 -> flipped(file, file.length);
      case 1 -> flipped(file, headerEnd);
      case 2 -> Arrays.copyOf(file, random.nextInt(file.length));
      case 3 -> Arrays.copyOf(file, file.length + 1 + random.nextInt(64));
      case 4 -> withLength(file, randomLength(file));
      case 5 -> editedNumber(file, headerEnd);
      case 6 -> inserted(file, headerEnd);
      case 7 -> withoutRange(file, headerEnd);
      default -> repeatedRange(file, headerEnd);
    };
  }

  private byte[] flipped(byte[] file, int end) {
    for (int flips = random.nextInt(8); flips >= 0; flips--) {
      file[random.nextInt(end)] ^= (byte) (1 << random.nextInt(8));
    }
    return file;
  }

  private long randomLength(byte[] file) {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextLong();
      case 1 -> Long.MAX_VALUE;
      case 2 -> SafetensorsFile.MAX_HEADER_BYTES;
      case 3 -> file.length - random.nextInt(16);
      default -> lengthOf(file) + random.nextInt(17) - 8;
    };
  }

  private byte[] editedNumber(byte[] file, int headerEnd) {
    int start = 8 + random.nextInt(Math.max(1, headerEnd - 8));
    while (start < headerEnd && !isDigit(file[start])) {
      start++;
    }
    int end = start;
    while (end < headerEnd && isDigit(file[end])) {
      end++;
    }
    return replaced(file, start, end, NUMBERS.get(random.nextInt(NUMBERS.size())));
  }

  private byte[] inserted(byte[] file, int headerEnd) {
    int at = 8 + random.nextInt(Math.max(1, headerEnd - 8));
    return replaced(file, at, at, PIECES.get(random.nextInt(PIECES.size())));
  }

  private byte[] withoutRange(byte[] file, int headerEnd) {
    int start = 8 + random.nextInt(Math.max(1, headerEnd - 8));
    int end = Math.min(headerEnd, start + 1 + random.nextInt(40));
    return replaced(file, start, Math.max(start, end), "");
  }

  private byte[] repeatedRange(byte[] file, int headerEnd) {
    int start = 8 + random.nextInt(Math.max(1, headerEnd - 8));
    int end = Math.max(start, Math.min(headerEnd, start + 1 + random.nextInt(120)));
    String range = new String(file, start, end - start, StandardCharsets.ISO_8859_1);
    return replaced(file, end, end, range);
  }

  /// Replaces bytes of the header and, mostly, tells the truth about its new length.
  private byte[] replaced(byte[] file, int start, int end, String with) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] replacement = with.getBytes(StandardCharsets.UTF_8);
    out.write(file, 0, start);
    out.writeBytes(replacement);
    out.write(file, end, file.length - end);
    byte[] result = out.toByteArray();
    boolean honest = random.nextInt(8) != 0;
    long length = lengthOf(file) + replacement.length - (end - start);
    return honest ? withLength(result, length) : result;
  }

  private static byte[] withLength(byte[] file, long length) {
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
    return file;
  }

  private static long lengthOf(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
