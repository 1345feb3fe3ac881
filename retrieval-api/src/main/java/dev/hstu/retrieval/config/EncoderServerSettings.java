package dev.hstu.retrieval.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The process that `hstu encoder` is; `encoder-server.*`. It takes its engine from `encoder.*`,
/// its generations from `generations.*`, its keys from `access.*`
/// and its own certificate from `tls.*`.
///
/// @param host address to listen on
/// @param port 0 takes a free one
/// @param model folder of the one model to serve; empty: that of the published generation
/// @param waitMicros how long the first request of a call waits for others
/// @param deadlineMillis of a request that names none, and the most one may name
/// @param maxBodyBytes of a request
/// @param maxConnections open at a time
/// @param maxStreams requests of one connection at a time
/// @param graceMillis for requests in flight when it stops
public record EncoderServerSettings(
    String host,
    int port,
    Optional<Path> model,
    int waitMicros,
    int deadlineMillis,
    int maxBodyBytes,
    int maxConnections,
    int maxStreams,
    int graceMillis) {

  private static final String NONE = "none";

  static final Setting<String> HOST =
      Setting.text(
          "encoder-server.host",
          "127.0.0.1",
          "an address of this machine",
          "Address hstu encoder listens on; loopback unless set, since histories pass through it,"
              + " and any other only with access.keys-file.");
  static final Setting<Integer> PORT =
      Setting.integer(
          "encoder-server.port", 8090, 0, 65_535, "Port of hstu encoder; 0 takes a free one.");
  static final Setting<String> MODEL =
      Setting.text(
          "encoder-server.model",
          NONE,
          "none, or the path of a model folder",
          "The one model hstu encoder serves; none follows the published generation of"
              + " generations.folder and keeps the model before it for services that still use it.");
  static final Setting<Integer> WAIT_MICROS =
      Setting.integer(
          "encoder-server.batch-wait-micros",
          300,
          0,
          10_000,
          "How long a request waits for others to share a call of hstu encoder; 0 takes what is"
              + " there. Short against a round trip, long enough for some requests of a busy service.");
  static final Setting<Integer> DEADLINE_MILLIS =
      Setting.integer(
          "encoder-server.deadline-millis",
          2000,
          1,
          600_000,
          "Time for a request that names none in hstu-deadline-micros, and the most it may name.");
  static final Setting<Integer> MAX_BODY_BYTES =
      Setting.integer(
          "encoder-server.max-body-bytes",
          8 << 20,
          1024,
          1 << 30,
          "Largest body of hstu encoder: 12 bytes an event, so that 128 histories of 5,000 events"
              + " fit.");
  static final Setting<Integer> MAX_CONNECTIONS =
      Setting.integer(
          "encoder-server.max-connections",
          256,
          1,
          100_000,
          "Connections of hstu encoder at a time; a service uses one or two.");
  static final Setting<Integer> MAX_STREAMS =
      Setting.integer(
          "encoder-server.max-streams",
          512,
          1,
          100_000,
          "Requests of one connection at a time; further ones wait at the client (HTTP/2"
              + " back-pressure).");
  static final Setting<Integer> GRACE_MILLIS =
      Setting.integer(
          "encoder-server.grace-millis",
          10_000,
          0,
          600_000,
          "For requests in flight when hstu encoder stops.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          HOST,
          PORT,
          MODEL,
          WAIT_MICROS,
          DEADLINE_MILLIS,
          MAX_BODY_BYTES,
          MAX_CONNECTIONS,
          MAX_STREAMS,
          GRACE_MILLIS);

  static EncoderServerSettings from(SettingValues values) {
    String model = values.get(MODEL);
    return new EncoderServerSettings(
        values.get(HOST),
        values.get(PORT),
        model.equals(NONE) ? Optional.empty() : Optional.of(Path.of(model)),
        values.get(WAIT_MICROS),
        values.get(DEADLINE_MILLIS),
        values.get(MAX_BODY_BYTES),
        values.get(MAX_CONNECTIONS),
        values.get(MAX_STREAMS),
        values.get(GRACE_MILLIS));
  }
}
