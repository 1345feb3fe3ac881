package dev.hstu.index.live;

import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.kernels.tables.IdTable;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A change of one item.
public sealed interface ItemUpdate {

  /// The external id; an int64 one as its canonical decimal.
  String id();

  /// The item is there from now on, with this vector.
  ///
  /// @param vector float `[dimension]`, finite and of length 1; shared, not copied, and not to be
  ///     changed
  /// @param attributes all it has from now on; null leaves it those it had
  record Upsert(String id, float[] vector, @Nullable ItemAttributes attributes)
      implements ItemUpdate {

    public Upsert {
      requireId(id);
      if (vector.length < 1 || vector.length > VectorMatrix.MAX_DIMENSION) {
        throw new IllegalArgumentException(
            "vector of item '%s' has %d values, must have 1..%d"
                .formatted(id, vector.length, VectorMatrix.MAX_DIMENSION));
      }
      double squares = 0;
      for (float value : vector) {
        squares += (double) value * value;
      }
      // Written so that NaN, which compares false, is refused too.
      if (!(Math.abs(Math.sqrt(squares) - 1) <= ItemVectors.NORM_TOLERANCE)) {
        throw new IllegalArgumentException(
            "vector of item '%s' has norm %s, must be 1 within %s; normalise it"
                .formatted(id, Math.sqrt(squares), ItemVectors.NORM_TOLERANCE));
      }
    }

    /// As this, with attributes.
    Upsert with(@Nullable ItemAttributes others) {
      return new Upsert(id, vector, others);
    }
  }

  /// The item is gone from now on; of an unknown item nothing happens.
  record Delete(String id) implements ItemUpdate {
    public Delete {
      requireId(id);
    }
  }

  private static void requireId(String id) {
    int bytes = id.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < 1 || bytes > IdTable.MAX_ID_BYTES) {
      throw new IllegalArgumentException(
          "id has %d bytes in UTF-8, must have 1..%d".formatted(bytes, IdTable.MAX_ID_BYTES));
    }
  }
}
