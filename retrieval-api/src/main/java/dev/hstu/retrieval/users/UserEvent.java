package dev.hstu.retrieval.users;

import dev.hstu.kernels.tables.IdTable;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// One thing a user did. Equal events are the same one.
///
/// @param itemId external id
/// @param time whole seconds
/// @param action what was done, e.g. a rating; null where it wasn't said
public record UserEvent(String itemId, long time, @Nullable Float action) {

  public UserEvent {
    requireId("itemId", itemId);
    if (time < 0) {
      throw new IllegalArgumentException("time=" + time + " must be at least 0");
    }
  }

  /// Checks that an id is the same after it was stored.
  ///
  /// @throws IllegalArgumentException saying what is wrong with it
  static String requireId(String name, String id) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(id)) {
      throw new IllegalArgumentException(name + " holds half a character; send valid Unicode");
    }
    int bytes = id.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < 1 || bytes > IdTable.MAX_ID_BYTES) {
      throw new IllegalArgumentException(
          "%s has %d bytes in UTF-8 and must have 1..%d; send the id itself"
              .formatted(name, bytes, IdTable.MAX_ID_BYTES));
    }
    return id;
  }
}
