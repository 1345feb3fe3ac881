package dev.hstu.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A user's events, to be embedded.
///
/// @param events oldest first; copied
/// @param requestTime when the next item is chosen, whole seconds; null is the server's clock
/// @param userAttributes values of slow series, as of a [RetrieveRequest]; copied
public record History(
    List<Event> events,
    @Nullable Long requestTime,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<UserAttribute> userAttributes) {

  public History {
    events = List.copyOf(events);
    userAttributes = List.copyOf(userAttributes);
  }

  /// Of a user of whom nothing but events is known.
  public History(List<Event> events, @Nullable Long requestTime) {
    this(events, requestTime, List.of());
  }
}
