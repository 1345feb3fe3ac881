package dev.hstu.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One line of a bulk update.
public sealed interface ItemChange {

  /// Gives an item a vector and, where they aren't null, all its attributes.
  ///
  /// @param vector of length 1, by the model that serves; not copied
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Put(String id, float[] vector, @Nullable Map<String, Object> attributes)
      implements ItemChange {}

  /// Takes an item out.
  record Delete(String id, boolean delete) implements ItemChange {
    public Delete(String id) {
      this(id, true);
    }
  }
}
