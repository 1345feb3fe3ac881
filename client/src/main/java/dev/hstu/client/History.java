package dev.hstu.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A user's events, to be embedded.
///
/// @param events oldest first; copied
/// @param requestTime when the next item is chosen, whole seconds; null is the server's clock
public record History(List<Event> events, @Nullable Long requestTime) {

  public History {
    events = List.copyOf(events);
  }
}
