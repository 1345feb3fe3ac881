package dev.hstu.retrieval.tier;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What an encoder answers. Between the head and the check of [BodyFrame] stand, little-endian and
/// without padding:
///
/// | type | field | bound |
/// |---|---|---|
/// | int32 | users `B` | those of the request |
/// | int32 | dimension `D` | the model's |
/// | int64 | nanoseconds from the request's arrival to its embeddings | |
/// | float32[B·D] | the embeddings, row-major | of length 1 each |
///
/// How much of that time the request waited for a call of the encoder, beyond what is configured
/// for sharing one, is in the header [#WAITED_HEADER], in microseconds.
///
/// @param fingerprint of the model that encoded
/// @param embeddings shared
record EncodeResponse(String fingerprint, int users, long nanos, float[] embeddings) {

  static final String WAITED_HEADER = "hstu-waited-micros";

  private static final int COUNTS_BYTES = 2 * Integer.BYTES + Long.BYTES;

  /// Reads [#WAITED_HEADER].
  ///
  /// @return 0 where it is missing or is no such number
  static long waitedNanos(@Nullable String header) {
    return header == null || !header.matches("[0-9]{1,12}")
        ? 0
        : TimeUnit.MICROSECONDS.toNanos(Long.parseLong(header));
  }

  byte[] toBytes() {
    ByteBuffer body =
        BodyFrame.begin(
            BodyFrame.RESPONSE, fingerprint, COUNTS_BYTES + Float.BYTES * embeddings.length);
    body.putInt(users).putInt(embeddings.length / users).putLong(nanos);
    body.asFloatBuffer().put(embeddings);
    return BodyFrame.end(body.position(body.position() + Float.BYTES * embeddings.length));
  }

  /// Reads a body.
  ///
  /// @throws BodyFault saying what is wrong
  static EncodeResponse parse(byte[] bytes) {
    ByteBuffer body = BodyFrame.open(bytes, BodyFrame.RESPONSE, COUNTS_BYTES);
    int users = body.getInt();
    int dimension = body.getInt();
    long nanos = body.getLong();
    long values = (long) users * dimension;
    if (users < 1
        || dimension < 1
        || values != body.remaining() / Float.BYTES
        || body.remaining() % Float.BYTES != 0) {
      throw new BodyFault(
          "%d users of %d values are announced, and %d bytes are there"
              .formatted(users, dimension, body.remaining()));
    }
    float[] embeddings = new float[users * dimension];
    body.asFloatBuffer().get(embeddings);
    return new EncodeResponse(BodyFrame.fingerprint(bytes), users, nanos, embeddings);
  }
}
