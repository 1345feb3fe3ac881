package dev.hstu.client;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/// Problem details (RFC 9457) of the service.
///
/// @param type what kind of problem: a reference to its section of `GET /errors`; never changes
/// @param detail what is wrong, with the value, and what to do about it
/// @param field JSON Pointer into the request's body
public record Problem(String type, String title, int status, String detail, @Nullable String field)
    implements Serializable {

  /// The kind without the page: `out-of-range`.
  public String kind() {
    return type.substring(type.indexOf('#') + 1);
  }
}
