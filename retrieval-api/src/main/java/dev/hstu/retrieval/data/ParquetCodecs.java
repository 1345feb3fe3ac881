package dev.hstu.retrieval.data;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.airlift.compress.lz4.Lz4Decompressor;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/// Unpacks Parquet pages with the libraries themselves. Parquet's own factory goes through Hadoop's
/// codecs, which read XML configurations, look for Hadoop's native library and log about both.
final class ParquetCodecs implements CompressionCodecFactory {

  /// Bound on one unpacked page: writers make pages of about 1 MiB, and a damaged header must not
  /// make us allocate what it says.
  static final int MAX_PAGE_BYTES = 256 << 20;

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED -> new PageDecompressor((packed, size) -> packed);
      case SNAPPY -> new PageDecompressor((packed, size) -> Snappy.uncompress(packed));
      case GZIP -> new PageDecompressor(ParquetCodecs::gunzip);
      case ZSTD -> new PageDecompressor(ParquetCodecs::unpackZstd);
      case LZ4_RAW -> new PageDecompressor(ParquetCodecs::unpackLz4);
      case LZO, BROTLI, LZ4 ->
          throw new UnusableInputException(
              "Parquet pages packed with %s are not read; write the file with zstd, snappy or gzip"
                  .formatted(codec));
    };
  }

  /// Files are only read here.
  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new IllegalStateException("no Parquet file is written; asked to pack with " + codec);
  }

  @Override
  public void release() {
    // Nothing is pooled.
  }

  private static byte[] gunzip(byte[] packed, int size) throws IOException {
    try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return stream.readNBytes(size);
    }
  }

  private static byte[] unpackZstd(byte[] packed, int size) throws IOException {
    try {
      return Zstd.decompress(packed, size);
    } catch (ZstdException e) {
      throw new IOException("a zstd page is damaged", e);
    }
  }

  private static byte[] unpackLz4(byte[] packed, int size) {
    byte[] page = new byte[size];
    new Lz4Decompressor().decompress(packed, 0, packed.length, page, 0, size);
    return page;
  }

  /// One page's bytes.
  @FunctionalInterface
  private interface Unpacking {
    byte[] unpack(byte[] packed, int size) throws IOException;
  }

  private record PageDecompressor(Unpacking unpacking) implements BytesInputDecompressor {

    @Override
    public BytesInput decompress(BytesInput packed, int size) throws IOException {
      return BytesInput.from(whole(packed.toByteArray(), size));
    }

    @Override
    public void decompress(ByteBuffer packed, int packedSize, ByteBuffer target, int size)
        throws IOException {
      byte[] bytes = new byte[packedSize];
      packed.get(bytes);
      target.put(whole(bytes, size));
    }

    @Override
    public void release() {
      // Holds nothing.
    }

    private byte[] whole(byte[] packed, int size) throws IOException {
      if (size < 0 || size > MAX_PAGE_BYTES) {
        throw new IOException(
            "a page states %d bytes, outside 0..%d".formatted(size, MAX_PAGE_BYTES));
      }
      byte[] page = unpacking.unpack(packed, size);
      if (page.length != size) {
        throw new EOFException(
            "a page unpacks to %d bytes where %d are stated".formatted(page.length, size));
      }
      return page;
    }
  }
}
