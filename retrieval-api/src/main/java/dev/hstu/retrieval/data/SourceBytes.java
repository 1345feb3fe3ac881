package dev.hstu.retrieval.data;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/// The bytes of an input file: unpacked where it is gzip (told by its first bytes, whatever its
/// name), counted as they lie on the disk.
final class SourceBytes implements Closeable {

  /// How many unpacked bytes [#head] may show.
  static final int HEAD_BYTES = 1 << 16;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAGIC_BYTES = 6;
  private static final String GZIP = "1f8b";

  /// First bytes of what is not read, and its name.
  private static final Map<String, String> REFUSED =
      Map.of(
          "28b52ffd", "packed with zstd",
          "504b0304", "a zip archive",
          "425a68", "packed with bzip2",
          "fd377a585a00", "packed with xz",
          "fffe", "UTF-16 text",
          "feff", "UTF-16 text");

  private final CountingStream raw;
  private final BufferedInputStream unpacked;

  private SourceBytes(CountingStream raw, BufferedInputStream unpacked) {
    this.raw = raw;
    this.unpacked = unpacked;
  }

  /// Opens a regular file.
  ///
  /// @throws UnusableInputException when there is none, or it is packed in another way than gzip
  static SourceBytes open(Path file) throws IOException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new UnusableInputException(
          "'%s' is not a file that can be read; check its path".formatted(file));
    }
    CountingStream raw = new CountingStream(Files.newInputStream(file));
    try {
      BufferedInputStream buffered = new BufferedInputStream(raw, BUFFER_BYTES);
      String magic = magic(buffered);
      boolean gzip = magic.startsWith(GZIP);
      InputStream content = gzip ? new GZIPInputStream(buffered, BUFFER_BYTES) : buffered;
      BufferedInputStream unpacked = new BufferedInputStream(content, HEAD_BYTES);
      requireKnown(file, gzip ? magic(unpacked) : magic);
      return new SourceBytes(raw, unpacked);
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  /// The first bytes, at most [#HEAD_BYTES], without consuming them.
  byte[] head() throws IOException {
    unpacked.mark(HEAD_BYTES);
    byte[] head = unpacked.readNBytes(HEAD_BYTES);
    unpacked.reset();
    return head;
  }

  /// The unpacked bytes; closed with this.
  InputStream stream() {
    return unpacked;
  }

  /// Bytes consumed of the file on the disk.
  long bytesRead() {
    return raw.count;
  }

  @Override
  public void close() throws IOException {
    unpacked.close();
  }

  private static String magic(BufferedInputStream stream) throws IOException {
    stream.mark(MAGIC_BYTES);
    byte[] magic = stream.readNBytes(MAGIC_BYTES);
    stream.reset();
    return HexFormat.of().formatHex(Arrays.copyOf(magic, MAGIC_BYTES));
  }

  private static void requireKnown(Path file, String magic) {
    REFUSED.forEach(
        (bytes, name) -> {
          if (magic.startsWith(bytes)) {
            throw new UnusableInputException(
                "'%s' is %s; give UTF-8 text, gzip of it, or Parquet".formatted(file, name));
          }
        });
  }

  private static final class CountingStream extends FilterInputStream {
    private long count;

    CountingStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count += value >= 0 ? 1 : 0;
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read = super.read(target, offset, length);
      count += Math.max(0, read);
      return read;
    }

    @Override
    public long skip(long n) throws IOException {
      long skipped = super.skip(n);
      count += skipped;
      return skipped;
    }
  }
}
