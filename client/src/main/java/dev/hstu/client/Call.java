package dev.hstu.client;

import org.jspecify.annotations.Nullable;

/// One request before it is sent.
///
/// @param path with its query, escaped
/// @param body not copied; null for none
record Call(
    String method,
    String path,
    byte @Nullable [] body,
    String contentType,
    String accept,
    Repeat repeat) {

  static final String JSON = "application/json";
  static final String LINES = "application/x-ndjson";
  static final String FLOATS = "application/octet-stream";

  /// When a call may be sent again.
  enum Repeat {
    /// It changes nothing, or the same when done twice.
    ALWAYS,
    /// Done twice it would do more; it is sent again only where the service says that it did
    /// nothing.
    IF_REFUSED
  }

  static Call get(String path) {
    return new Call("GET", path, null, JSON, JSON, Repeat.ALWAYS);
  }

  static Call delete(String path) {
    return new Call("DELETE", path, null, JSON, JSON, Repeat.ALWAYS);
  }

  static Call put(String path, byte[] json) {
    return new Call("PUT", path, json, JSON, JSON, Repeat.ALWAYS);
  }

  /// A question that takes a body.
  static Call ask(String path, byte[] json) {
    return new Call("POST", path, json, JSON, JSON, Repeat.ALWAYS);
  }

  /// An action.
  static Call act(String path, byte[] json) {
    return new Call("POST", path, json, JSON, JSON, Repeat.IF_REFUSED);
  }

  static Call lines(String path, byte[] lines, Repeat repeat) {
    return new Call("POST", path, lines, LINES, LINES, repeat);
  }

  Call accepting(String type) {
    return new Call(method, path, body, contentType, type, repeat);
  }
}
