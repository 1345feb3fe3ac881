package dev.hstu.retrieval.tier;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How an encoder endpoint is doing.
///
/// @param circuit `closed`, `half_open` or `open`
/// @param models fingerprints of those it has
/// @param reason why it is not well; null where it is
public record EndpointReport(
    String address, String circuit, List<String> models, @Nullable String reason) {

  static EndpointReport of(EncoderEndpoint endpoint) {
    String circuit = endpoint.circuit().name().toLowerCase(Locale.ROOT);
    String address = endpoint.address().toString();
    return switch (endpoint.health()) {
      case EndpointHealth.Up up ->
          new EndpointReport(
              address, circuit, up.engines().keySet().stream().sorted().toList(), null);
      case EndpointHealth.Down(String reason) ->
          new EndpointReport(address, circuit, List.of(), reason);
      case EndpointHealth.Unknown() ->
          new EndpointReport(address, circuit, List.of(), "was not asked yet");
    };
  }
}
