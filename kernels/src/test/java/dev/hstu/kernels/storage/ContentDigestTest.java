package dev.hstu.kernels.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Different contents have different digests, however they concatenate; equal ones have equal ones.
class ContentDigestTest {
  private static final String SHA256_OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void fieldsCannotRunIntoEachOther() {
    List<ContentDigest> contents =
        List.of(
            new ContentDigest(),
            new ContentDigest().add(""),
            new ContentDigest().add("").add(""),
            new ContentDigest().add("ab").add("c"),
            new ContentDigest().add("a").add("bc"),
            new ContentDigest().add("abc"),
            new ContentDigest().add(MemorySegment.ofArray("abc".getBytes(StandardCharsets.UTF_8))),
            new ContentDigest().add(0L),
            new ContentDigest().add(0.0),
            new ContentDigest().add(-0.0),
            new ContentDigest().add(false),
            new ContentDigest().add(1L),
            new ContentDigest().add(1L).add(2L),
            new ContentDigest().add(new long[] {1, 2}, 0, 2),
            new ContentDigest().add(new long[] {1}, 0, 1).add(new long[] {2}, 0, 1));
    assertThat(contents.stream().map(ContentDigest::hex)).doesNotHaveDuplicates();
  }

  @Test
  void readingTheDigestDoesNotEndIt() {
    ContentDigest digest = new ContentDigest().add("a");
    String before = digest.hex();
    assertThat(digest.hex()).isEqualTo(before);
    assertThat(digest.add("b").hex()).isEqualTo(new ContentDigest().add("a").add("b").hex());
  }

  @Test
  void longsLongerThanTheScratchAgreeWithTheirBytes() throws Exception {
    long[] values = new Random(1).longs(5_000).toArray();
    MessageDigest expected = MessageDigest.getInstance("SHA-256");
    ByteBuffer bytes = ByteBuffer.allocate(9 + 8 * 4_000).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 'l').putLong(4_000);
    for (int i = 500; i < 4_500; i++) {
      bytes.putLong(values[i]);
    }
    expected.update(bytes.array());
    assertThat(new ContentDigest().add(values, 500, 4_000).hex())
        .isEqualTo(HexFormat.of().formatHex(expected.digest()));
  }

  @Test
  void filesAndSegmentsHaveTheirPlainSha256(@TempDir Path directory) throws IOException {
    byte[] abc = "abc".getBytes(StandardCharsets.UTF_8);
    assertThat(ContentDigest.sha256(Files.write(directory.resolve("abc"), abc)))
        .isEqualTo(SHA256_OF_ABC);
    assertThat(ContentDigest.sha256(MemorySegment.ofArray(abc))).isEqualTo(SHA256_OF_ABC);
    byte[] large = new byte[(5 << 20) + 3];
    new Random(2).nextBytes(large);
    assertThat(ContentDigest.sha256(Files.write(directory.resolve("large"), large)))
        .isEqualTo(ContentDigest.sha256(MemorySegment.ofArray(large)));
  }
}
