package dev.hstu.retrieval.http;

import dev.hstu.retrieval.cache.ContentHash;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A request's bytes as a key: equal bytes ask for the same. The hash is taken once, on
/// construction.
final class RequestBody {

  private static final int OVERHEAD_BYTES = 40;

  private final byte[] bytes;
  private final int hash;

  /// @param bytes shared and not to be changed any more
  RequestBody(byte[] bytes) {
    this.bytes = bytes;
    this.hash = new ContentHash().add(bytes).value();
  }

  /// Heap taken.
  int weight() {
    return OVERHEAD_BYTES + bytes.length;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof RequestBody body
            && hash == body.hash
            && Arrays.equals(bytes, body.bytes));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
