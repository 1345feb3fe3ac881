package dev.hstu.retrieval.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.representer.Representer;

/// Puts examples into the contract. They stand in one file, `openapi-examples.yml`, by the
/// `operationId` and in an order in which they can be tried one after another; a test tries each.
///
/// ```yaml
/// registerSet:
///   parameters: {name: blocked}
///   request: {application/json: ["1", "2"]}
///   response: {name: blocked, version: 1, ids: 2}
/// ```
final class ContractExamples {

  private static final String EXAMPLE = "example";

  private ContractExamples() {}

  /// @param document the contract as generated
  /// @param examples by operation
  /// @return the contract with them
  static String into(String document, String examples) {
    Map<String, Object> contract = load(document);
    Map<String, Object> byOperation = load(examples);
    for (Object path : map(contract.get("paths")).values()) {
      for (Object method : map(path).values()) {
        Map<String, Object> operation = map(method);
        if (byOperation.get((String) operation.get("operationId")) instanceof Map<?, ?> given) {
          put(map(given), operation);
        }
      }
    }
    DumperOptions plain = new DumperOptions();
    plain.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    return new Yaml(new Representer(plain), plain).dump(contract);
  }

  private static void put(Map<String, Object> given, Map<String, Object> operation) {
    if (given.get("parameters") instanceof Map<?, ?> values
        && operation.get("parameters") instanceof Iterable<?> parameters) {
      for (Object parameter : parameters) {
        @Nullable Object value = values.get(map(parameter).get("name"));
        if (value != null) {
          map(parameter).put(EXAMPLE, value);
        }
      }
    }
    if (given.get("request") instanceof Map<?, ?> bodies
        && operation.get("requestBody") instanceof Map<?, ?> body) {
      Map<String, Object> content = map(map(body).get("content"));
      bodies.forEach((type, value) -> map(content.get((String) type)).put(EXAMPLE, value));
    }
    @Nullable Object response = given.get("response");
    if (response != null) {
      map(operation.get("responses")).entrySet().stream()
          .filter(answer -> answer.getKey().startsWith("2"))
          .map(answer -> map(map(answer.getValue()).get("content")))
          .findFirst()
          .ifPresent(content -> map(content.values().iterator().next()).put(EXAMPLE, response));
    }
  }

  private static Map<String, Object> load(String yaml) {
    return new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
  }

  @SuppressWarnings("unchecked") // objects of JSON have texts for keys
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }
}
