package dev.hstu.retrieval.tier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What an endpoint said of itself last.
sealed interface EndpointHealth {

  /// Not asked yet.
  record Unknown() implements EndpointHealth {}

  /// It has models.
  ///
  /// @param engines by fingerprint
  record Up(Map<String, String> engines) implements EndpointHealth {}

  /// It didn't answer, or has no model.
  record Down(String reason) implements EndpointHealth {}

  /// Whether it has a model, as far as is known.
  default boolean has(String fingerprint) {
    return this instanceof Up(Map<String, String> engines) && engines.containsKey(fingerprint);
  }

  /// Why it isn't of use for a model; null where it is.
  default @Nullable String whyNot(String fingerprint) {
    return switch (this) {
      case Unknown() -> "was not asked yet";
      case Down(String reason) -> reason;
      case Up(Map<String, String> engines) ->
          engines.containsKey(fingerprint)
              ? null
              : "has model %s and not %s; let both follow the same generations"
                  .formatted(String.join(" and ", engines.keySet()), fingerprint);
    };
  }

  /// Reads the answer of `/health`.
  static EndpointHealth parse(int status, byte[] body) {
    try {
      JsonNode json = new ObjectMapper().readTree(body);
      if (status != 200) {
        return new Down(json.path("detail").asText("answers /health with status " + status));
      }
      Map<String, String> engines = new TreeMap<>();
      for (JsonNode model : json.path("models")) {
        engines.put(model.path("fingerprint").asText(), model.path("engine").asText());
      }
      return engines.isEmpty() ? new Down("is no hstu encoder, by its /health") : new Up(engines);
    } catch (IOException e) {
      return new Down("is no hstu encoder: its /health is not JSON");
    }
  }
}
