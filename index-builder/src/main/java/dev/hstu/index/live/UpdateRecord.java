package dev.hstu.index.live;

import dev.hstu.index.live.ItemUpdate.Delete;
import dev.hstu.index.live.ItemUpdate.Upsert;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One update as bytes inside a batch, little-endian:
///
/// | field | type | |
/// |---|---|---|
/// | length | int32 | of what follows |
/// | sequence | int64 | |
/// | operation | int8 | 0 delete, 1 upsert that keeps attributes, 2 upsert with attributes |
/// | id | text | int32 length and UTF-8 |
/// | dimension | int32 | upserts only |
/// | vector | float32 `[dimension]` | upserts only |
/// | attributes | int32 and that many | operation 2 only: column text, kind int8, value |
///
/// A value is, by kind, 0: a text; 1: int32 and that many texts; 2: a float64.
final class UpdateRecord {

  /// Largest record: a vector of 1,024 values, an id and far more attributes than are useful.
  static final int MAX_BYTES = 1 << 18;

  private static final byte DELETE = 0;
  private static final byte UPSERT_KEEPING = 1;
  private static final byte UPSERT = 2;

  private static final byte TEXT = 0;
  private static final byte LABELS = 1;
  private static final byte NUMBER = 2;

  private static final int LEAST_BYTES = 256;

  private ByteBuffer bytes = allocate(LEAST_BYTES);

  /// An update without its sequence number, which [#stamp] writes.
  ///
  /// @throws IllegalArgumentException when it is larger than [#MAX_BYTES]
  static byte[] encode(ItemUpdate update) {
    UpdateRecord record = new UpdateRecord();
    record.put(update);
    int length = record.bytes.position();
    record.bytes.putInt(0, length - Integer.BYTES);
    byte[] encoded = new byte[length];
    record.bytes.flip().get(encoded);
    return encoded;
  }

  /// Writes the sequence number into encoded bytes.
  static void stamp(byte[] encoded, long sequence) {
    ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN).putLong(Integer.BYTES, sequence);
  }

  /// Reads one record at the buffer's position.
  ///
  /// @throws IllegalArgumentException when the bytes are none
  static LoggedUpdate decode(ByteBuffer source, String modelFingerprint) {
    try {
      int end = source.getInt() + source.position();
      long sequence = source.getLong();
      LoggedUpdate update = new LoggedUpdate(sequence, modelFingerprint, update(source));
      if (source.position() != end) {
        throw new IllegalArgumentException("record of update %d has more".formatted(sequence));
      }
      return update;
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a record ends early", e);
    }
  }

  private static ItemUpdate update(ByteBuffer source) {
    byte operation = source.get();
    String id = text(source);
    return switch (operation) {
      case DELETE -> new Delete(id);
      case UPSERT_KEEPING -> new Upsert(id, vector(source), null);
      case UPSERT -> new Upsert(id, vector(source), attributes(source));
      default -> throw new IllegalArgumentException("no operation has number " + operation);
    };
  }

  private void put(ItemUpdate update) {
    room(Integer.BYTES + Long.BYTES + 1);
    bytes.putInt(0).putLong(0);
    switch (update) {
      case Delete delete -> {
        bytes.put(DELETE);
        putText(delete.id());
      }
      case Upsert upsert -> {
        @Nullable ItemAttributes attributes = upsert.attributes();
        bytes.put(attributes == null ? UPSERT_KEEPING : UPSERT);
        putText(upsert.id());
        putVector(upsert.vector());
        if (attributes != null) {
          putAttributes(attributes);
        }
      }
    }
  }

  private void putVector(float[] vector) {
    putInt(vector.length);
    room(vector.length * Float.BYTES);
    for (float value : vector) {
      bytes.putFloat(value);
    }
  }

  private void putAttributes(ItemAttributes attributes) {
    putInt(attributes.values().size());
    for (AttributeValue value : attributes.values()) {
      putText(value.column());
      switch (value) {
        case AttributeValue.Text text -> {
          putByte(TEXT);
          putText(text.text());
        }
        case AttributeValue.Labels labels -> {
          putByte(LABELS);
          putInt(labels.labels().size());
          labels.labels().forEach(this::putText);
        }
        case AttributeValue.Number number -> {
          putByte(NUMBER);
          room(Double.BYTES);
          bytes.putDouble(number.number());
        }
      }
    }
  }

  private void putByte(byte value) {
    room(1);
    bytes.put(value);
  }

  private void putInt(int value) {
    room(Integer.BYTES);
    bytes.putInt(value);
  }

  private void putText(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    putInt(utf8.length);
    room(utf8.length);
    bytes.put(utf8);
  }

  private void room(int count) {
    int needed = bytes.position() + count;
    if (needed > MAX_BYTES) {
      throw new IllegalArgumentException(
          "the update takes more than %d bytes; send shorter attributes".formatted(MAX_BYTES));
    }
    if (needed > bytes.capacity()) {
      bytes = allocate(Math.max(needed, 2 * bytes.capacity())).put(bytes.flip());
    }
  }

  private static ByteBuffer allocate(int capacity) {
    return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static float[] vector(ByteBuffer source) {
    float[] vector = new float[count(source, Float.BYTES)];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = source.getFloat();
    }
    return vector;
  }

  private static ItemAttributes attributes(ByteBuffer source) {
    int count = count(source, 1);
    List<AttributeValue> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String column = text(source);
      byte kind = source.get();
      values.add(
          switch (kind) {
            case TEXT -> new AttributeValue.Text(column, text(source));
            case LABELS -> new AttributeValue.Labels(column, labels(source));
            case NUMBER -> new AttributeValue.Number(column, source.getDouble());
            default -> throw new IllegalArgumentException("no attribute has kind " + kind);
          });
    }
    return new ItemAttributes(values);
  }

  private static List<String> labels(ByteBuffer source) {
    int count = count(source, Integer.BYTES);
    List<String> labels = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      labels.add(text(source));
    }
    return labels;
  }

  private static String text(ByteBuffer source) {
    byte[] utf8 = new byte[count(source, 1)];
    source.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /// A count of things of at least `leastBytes` each, which must fit into what is left.
  private static int count(ByteBuffer source, int leastBytes) {
    int count = source.getInt();
    if (count < 0 || (long) count * leastBytes > source.remaining()) {
      throw new IllegalArgumentException("a count of %d exceeds the record".formatted(count));
    }
    return count;
  }
}
