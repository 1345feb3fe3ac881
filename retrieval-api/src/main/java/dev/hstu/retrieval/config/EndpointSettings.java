package dev.hstu.retrieval.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Encoders in processes of their own (`hstu encoder`) that the service uses in place of an engine
/// in its own; `encoder.endpoints` and what belongs to it.
///
/// @param addresses `http://host:port` or `https://host:port` each; none: an engine in this process
/// @param keyFile file whose first line is the key to show
/// @param trustFile PEM file of the certificates that encoders' own must come from; empty: those
///     that Java trusts
/// @param healthMillis how often each is asked for its health
/// @param connectMillis to a connection
/// @param attemptMillis before an answer is waited for elsewhere
/// @param maxAttempts of one request
/// @param maxInFlight requests at one endpoint
/// @param breakerFailures one after another that open an endpoint's circuit
/// @param breakerOpenMillis until it is tried again
/// @param modelWaitSeconds for an endpoint to have the model of a new generation
public record EndpointSettings(
    List<URI> addresses,
    Optional<Path> keyFile,
    Optional<Path> trustFile,
    int healthMillis,
    int connectMillis,
    int attemptMillis,
    int maxAttempts,
    int maxInFlight,
    int breakerFailures,
    int breakerOpenMillis,
    int modelWaitSeconds) {

  private static final String NONE = "none";
  private static final int MAX_ENDPOINTS = 64;

  static final Setting<String> ENDPOINTS =
      Setting.matching(
          "encoder.endpoints",
          NONE,
          "none|https?://[^,/\\s]+:[0-9]{1,5}(,\\s*https?://[^,/\\s]+:[0-9]{1,5}){0,%d}"
              .formatted(MAX_ENDPOINTS - 1),
          "none, or up to %d of http://HOST:PORT or https://HOST:PORT separated by commas"
              .formatted(MAX_ENDPOINTS),
          "Addresses of hstu encoder processes that encode for this service; none encodes in this"
              + " process. Two or more go on when one is gone.");
  static final Setting<String> KEY_FILE =
      Setting.text(
          "encoder.endpoint-key-file",
          NONE,
          "none, or the path of a file whose first line is a key",
          "The key (role read) that encoders with access.keys-file ask for; in a file, since"
              + " options and environment variables of a process can be seen by others. Read again at"
              + " each health check, so that keys rotate without a restart.");
  static final Setting<String> TRUST_FILE =
      Setting.text(
          "encoder.endpoint-trust-file",
          NONE,
          "none, or the path of a file of PEM certificates",
          "Certificates that those of https endpoints must be or come from; none trusts whom Java"
              + " trusts. The certificate must also be for the endpoint's HOST.");
  static final Setting<Integer> HEALTH_MILLIS =
      Setting.integer(
          "encoder.health-millis",
          500,
          10,
          3_600_000,
          "How often each endpoint is asked which models it has: how late a lost or returned one is"
              + " noticed without requests.");
  static final Setting<Integer> CONNECT_MILLIS =
      Setting.integer(
          "encoder.connect-millis",
          500,
          1,
          60_000,
          "To a connection with an endpoint; past it the request goes to another.");
  static final Setting<Integer> ATTEMPT_MILLIS =
      Setting.integer(
          "encoder.attempt-millis",
          1000,
          1,
          600_000,
          "How long an answer of an endpoint is waited for before another one is asked; at most"
              + " half of what is left until the deadline while another one could be.");
  static final Setting<Integer> MAX_ATTEMPTS =
      Setting.integer(
          "encoder.max-attempts",
          3,
          1,
          16,
          "Attempts of one request, at each endpoint once before any twice: more would multiply the load"
              + " when all are slow.");
  static final Setting<Integer> MAX_IN_FLIGHT =
      Setting.integer(
          "encoder.max-in-flight",
          256,
          1,
          100_000,
          "Requests waiting for one endpoint; beyond it another one is asked, and with none left"
              + " the request is refused.");
  static final Setting<Integer> BREAKER_FAILURES =
      Setting.integer(
          "encoder.breaker-failures",
          3,
          1,
          1000,
          "Failures one after another that open an endpoint's circuit: it gets no requests.");
  static final Setting<Integer> BREAKER_OPEN_MILLIS =
      Setting.integer(
          "encoder.breaker-open-millis",
          1000,
          1,
          3_600_000,
          "How long a circuit stays open; then one request is let through, and closes it or opens it"
              + " again.");
  static final Setting<Integer> MODEL_WAIT_SECONDS =
      Setting.integer(
          "encoder.model-wait-seconds",
          30,
          0,
          86_400,
          "How long a new generation waits for an endpoint to have its model; then it is refused"
              + " and tried again after generations.retry-seconds.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          ENDPOINTS,
          KEY_FILE,
          TRUST_FILE,
          HEALTH_MILLIS,
          CONNECT_MILLIS,
          ATTEMPT_MILLIS,
          MAX_ATTEMPTS,
          MAX_IN_FLIGHT,
          BREAKER_FAILURES,
          BREAKER_OPEN_MILLIS,
          MODEL_WAIT_SECONDS);

  public EndpointSettings {
    addresses = List.copyOf(addresses);
    for (URI address : addresses) {
      if (address.getHost() == null || address.getPort() < 1 || address.getPort() > 65_535) {
        throw new InvalidSettingException(
            "%s: %s must be http://HOST:PORT or https://HOST:PORT with a port within 1..65535"
                .formatted(ENDPOINTS.key(), address));
      }
    }
  }

  /// Whether encoders in other processes are used.
  public boolean remote() {
    return !addresses.isEmpty();
  }

  static EndpointSettings from(SettingValues values) {
    String endpoints = values.get(ENDPOINTS);
    return new EndpointSettings(
        endpoints.equals(NONE)
            ? List.of()
            : Arrays.stream(endpoints.split(",", -1)).map(String::strip).map(URI::create).toList(),
        path(values.get(KEY_FILE)),
        path(values.get(TRUST_FILE)),
        values.get(HEALTH_MILLIS),
        values.get(CONNECT_MILLIS),
        values.get(ATTEMPT_MILLIS),
        values.get(MAX_ATTEMPTS),
        values.get(MAX_IN_FLIGHT),
        values.get(BREAKER_FAILURES),
        values.get(BREAKER_OPEN_MILLIS),
        values.get(MODEL_WAIT_SECONDS));
  }

  private static Optional<Path> path(String text) {
    return text.equals(NONE) ? Optional.empty() : Optional.of(Path.of(text));
  }
}
