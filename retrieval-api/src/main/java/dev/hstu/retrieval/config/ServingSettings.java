package dev.hstu.retrieval.config;

import java.util.List;
import java.util.OptionalLong;

/// The socket and the process; `serving.*`.
///
/// @param host address to listen on
/// @param port 0 takes a free one
/// @param maxBodyBytes largest request body; a larger one is answered 413
/// @param maxUploadBytes largest body of a route that reads it as a stream
/// @param maxHeaderBytes largest sum of request headers
/// @param idleSeconds a connection without traffic for so long is closed
/// @param drainMillis how long a stopping server still answers after its readiness went
/// @param graceMillis how long a stopping server waits for requests in flight after that
/// @param ramBytes heap, native memory and page cache together; empty for any
public record ServingSettings(
    String host,
    int port,
    int maxBodyBytes,
    int maxUploadBytes,
    int maxHeaderBytes,
    int idleSeconds,
    int drainMillis,
    int graceMillis,
    OptionalLong ramBytes) {

  static final Setting<String> HOST =
      Setting.text(
          "serving.host",
          "127.0.0.1",
          "a host name or address",
          "Loopback unless set: nothing is reachable from outside by accident; 0.0.0.0 opens it.");
  static final Setting<Integer> PORT =
      Setting.integer("serving.port", 8080, 0, 65_535, "0 takes a free port and prints it.");
  static final Setting<Integer> MAX_BODY_BYTES =
      Setting.integer(
          "serving.max-body-bytes",
          4 << 20,
          1024,
          64 << 20,
          "Largest request body (413 above it): fits 10,000 events and 10,000 excluded ids.");
  static final Setting<Integer> MAX_UPLOAD_BYTES =
      Setting.integer(
          "serving.max-upload-bytes",
          512 << 20,
          1024,
          Integer.MAX_VALUE,
          "Largest body of PUT /sets/{name} and POST /items/bulk, which are read as streams: fits 20"
              + " million ids.");
  static final Setting<Integer> MAX_HEADER_BYTES =
      Setting.integer(
          "serving.max-header-bytes", 16_384, 1024, 1 << 20, "Largest sum of request headers.");
  static final Setting<Integer> IDLE_SECONDS =
      Setting.integer(
          "serving.idle-seconds",
          60,
          1,
          3600,
          "A connection without traffic for so long is closed, so slow clients hold no sockets.");
  static final Setting<Integer> DRAIN_MILLIS =
      Setting.integer(
          "serving.drain-millis",
          500,
          0,
          600_000,
          "How long a stopping server still answers while /health/ready says no; set it above the"
              + " load balancer's check interval.");
  static final Setting<Integer> GRACE_MILLIS =
      Setting.integer(
          "serving.grace-millis",
          10_000,
          0,
          600_000,
          "How long a stopping server then waits for requests in flight.");

  static final Setting<OptionalLong> RAM =
      Setting.bytesOrAny(
          "serving.ram",
          256L << 20,
          64L << 40,
          "Heap, native memory and page cache together: what the container may use. A generation that"
              + " needs more isn't taken up, and the one before goes on serving. hstu serve --ram also"
              + " gives the heap a quarter of it; elsewhere set that with HSTU_JAVA_OPTS=-Xmx.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          HOST,
          PORT,
          MAX_BODY_BYTES,
          MAX_UPLOAD_BYTES,
          MAX_HEADER_BYTES,
          IDLE_SECONDS,
          DRAIN_MILLIS,
          GRACE_MILLIS,
          RAM);

  static ServingSettings from(SettingValues values) {
    return new ServingSettings(
        values.get(HOST),
        values.get(PORT),
        values.get(MAX_BODY_BYTES),
        values.get(MAX_UPLOAD_BYTES),
        values.get(MAX_HEADER_BYTES),
        values.get(IDLE_SECONDS),
        values.get(DRAIN_MILLIS),
        values.get(GRACE_MILLIS),
        values.get(RAM));
  }
}
