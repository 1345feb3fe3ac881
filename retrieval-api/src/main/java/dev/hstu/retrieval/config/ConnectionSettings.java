package dev.hstu.retrieval.config;

import java.util.List;

/// What one client may hold of the server's sockets; `connections.*`.
///
/// @param max connections open at once; one more is closed
/// @param requestSeconds how long the server waits, in all, for the rest of a request
/// @param uploadBytesPerSecond each so many bytes that arrive buy a second more
public record ConnectionSettings(int max, int requestSeconds, int uploadBytesPerSecond) {

  static final Setting<Integer> MAX =
      Setting.integer(
          "connections.max",
          10_000,
          1,
          1_000_000,
          "Connections open at once; one more is closed, so that they don't use up the process's"
              + " file descriptors.");
  static final Setting<Integer> REQUEST_SECONDS =
      Setting.integer(
          "connections.request-seconds",
          10,
          1,
          3600,
          "How long the server waits in all for a client to send the rest of a request, however"
              + " often it sends a byte; then the connection is closed.");
  static final Setting<Integer> UPLOAD_BYTES_PER_SECOND =
      Setting.integer(
          "connections.upload-bytes-per-second",
          16_384,
          1,
          1 << 30,
          "Each so many bytes of a request buy it a second more: the slowest upload that is taken.");

  static final List<Setting<?>> SETTINGS = List.of(MAX, REQUEST_SECONDS, UPLOAD_BYTES_PER_SECOND);

  static ConnectionSettings from(SettingValues values) {
    return new ConnectionSettings(
        values.get(MAX), values.get(REQUEST_SECONDS), values.get(UPLOAD_BYTES_PER_SECOND));
  }
}
