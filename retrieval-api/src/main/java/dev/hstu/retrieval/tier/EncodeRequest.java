package dev.hstu.retrieval.tier;

import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.nio.ByteBuffer;

/// What an encoder is asked for: the body of `POST /v1/encode`. Between the head and the check of
/// [BodyFrame] stand, little-endian and without padding:
///
/// | type | field | bound |
/// |---|---|---|
/// | int32 | users `B` | 1..[#MAX_USERS] |
/// | int32 | events `E` of all users | `B`..`B`·[ModelConfig#MAX_EVENTS] |
/// | int64[B] | request times, seconds | as the model's clock allows |
/// | int64[E] | times of the events, seconds | the same |
/// | int32[B] | events of each user, `E` together | 1..[ModelConfig#MAX_EVENTS] |
/// | int32[E] | item rows of the model's vocabulary | 1..items |
/// | float32[E] | each event's action, NaN if unknown; left out if none is known | any |
///
/// The length must be exactly that. How long the answer may take is in the header
/// [#DEADLINE_HEADER], in microseconds that were left when the request was sent.
///
/// @param fingerprint of the model that is to encode
public record EncodeRequest(String fingerprint, HistoryBatch batch) {

  public static final String PATH = "/v1/encode";
  public static final String DEADLINE_HEADER = "hstu-deadline-micros";
  public static final String MEDIA_TYPE = "application/vnd.hstu.encode";

  /// Most users of a request: what embed.max-histories allows at most.
  public static final int MAX_USERS = 4096;

  private static final int COUNTS_BYTES = 2 * Integer.BYTES;
  private static final int ROW_BYTES = Long.BYTES + Integer.BYTES;

  byte[] toBytes() {
    int users = batch.users();
    int events = batch.items().length;
    ByteBuffer body =
        BodyFrame.begin(
            BodyFrame.REQUEST,
            fingerprint,
            COUNTS_BYTES + ROW_BYTES * (users + events) + Float.BYTES * batch.actions().length);
    body.putInt(users).putInt(events);
    for (long time : batch.requestTimes()) {
      body.putLong(time);
    }
    for (long time : batch.times()) {
      body.putLong(time);
    }
    for (int b = 0; b < users; b++) {
      body.putInt(batch.length(b));
    }
    for (int item : batch.items()) {
      body.putInt(item);
    }
    for (float action : batch.actions()) {
      body.putFloat(action);
    }
    return BodyFrame.end(body);
  }

  /// Reads a body. Allocates no more than its length asks for, whatever its counts say.
  ///
  /// @throws BodyFault saying what is wrong
  static EncodeRequest parse(byte[] bytes) {
    ByteBuffer body = BodyFrame.open(bytes, BodyFrame.REQUEST, COUNTS_BYTES);
    int users = body.getInt();
    int events = body.getInt();
    if (users < 1 || users > MAX_USERS) {
      throw new BodyFault("users=%d must be within 1..%d".formatted(users, MAX_USERS));
    }
    long expected = (long) ROW_BYTES * users + (long) ROW_BYTES * events;
    boolean acted = body.remaining() == expected + (long) Float.BYTES * events;
    if (events < users || !acted && body.remaining() != expected) {
      throw new BodyFault(
          "%d users and %d events take %d bytes, and %d are there"
              .formatted(users, events, expected, body.remaining()));
    }
    long[] requestTimes = longs(body, users);
    long[] times = longs(body, events);
    int[] offsets = offsets(body, users, events);
    int[] items = new int[events];
    body.asIntBuffer().get(items);
    body.position(body.position() + events * Integer.BYTES);
    float[] actions = new float[acted ? events : 0];
    body.asFloatBuffer().get(actions);
    return new EncodeRequest(
        BodyFrame.fingerprint(bytes),
        new HistoryBatch(offsets, items, times, actions, requestTimes));
  }

  private static long[] longs(ByteBuffer body, int count) {
    long[] values = new long[count];
    body.asLongBuffer().get(values);
    body.position(body.position() + count * Long.BYTES);
    return values;
  }

  private static int[] offsets(ByteBuffer body, int users, int events) {
    int[] offsets = new int[users + 1];
    for (int b = 0; b < users; b++) {
      int length = body.getInt();
      if (length < 1 || length > ModelConfig.MAX_EVENTS || length > events - offsets[b]) {
        throw new BodyFault(
            "user %d has %d events; it must have 1..%d, and all together %d"
                .formatted(b, length, ModelConfig.MAX_EVENTS, events));
      }
      offsets[b + 1] = offsets[b] + length;
    }
    if (offsets[users] != events) {
      throw new BodyFault(
          "the users have %d events together and %d are announced"
              .formatted(offsets[users], events));
    }
    return offsets;
  }
}
