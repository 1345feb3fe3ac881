package dev.hstu.retrieval.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Checks JSON against the schemas of an OpenAPI 3.0 document, more strictly than JSON Schema: a
/// field that a schema doesn't name is a fault, so that what is answered is what is documented.
/// Knows what this contract uses.
final class ContractSchemas {

  private static final String REFERENCE = "#/components/schemas/";

  private final JsonNode schemas;

  ContractSchemas(JsonNode contract) {
    schemas = contract.at("/components/schemas");
  }

  /// What is wrong with a value, one line a fault.
  List<String> faults(JsonNode value, JsonNode schema) {
    List<String> faults = new ArrayList<>();
    check("", value, schema, faults);
    return faults;
  }

  private void check(String at, JsonNode value, JsonNode schema, List<String> faults) {
    if (schema.has("$ref")) {
      String name = schema.path("$ref").asText().substring(REFERENCE.length());
      if (!schemas.has(name)) {
        faults.add(at + ": there is no schema " + name);
      }
      check(at, value, schemas.path(name), faults);
      return;
    }
    if (value.isNull()) {
      if (!schema.path("nullable").asBoolean()) {
        faults.add(at + " is null");
      }
      return;
    }
    if (schema.path("format").asText().equals("binary")) {
      return; // bytes of whatever kind
    }
    schema.path("allOf").forEach(part -> check(at, value, part, faults));
    if (schema.has("oneOf")) {
      boolean any = false;
      for (JsonNode one : schema.path("oneOf")) {
        any |= faults(value, one).isEmpty();
      }
      if (!any) {
        faults.add(at + " is none of " + schema.path("oneOf"));
      }
    }
    if (schema.has("enum") && !contains(schema.path("enum"), value)) {
      faults.add(at + " is " + value + ", none of " + schema.path("enum"));
    }
    bounds(at, value, schema, faults);
    switch (schema.path("type").asText()) {
      case "object" -> object(at, value, schema, faults);
      case "array" -> {
        require(at, value.isArray(), value, "a list", faults);
        for (int i = 0; i < value.size(); i++) {
          check(at + "/" + i, value.get(i), schema.path("items"), faults);
        }
      }
      case "string" -> require(at, value.isTextual(), value, "a text", faults);
      case "integer" -> require(at, value.isIntegralNumber(), value, "a whole number", faults);
      case "number" -> require(at, value.isNumber(), value, "a number", faults);
      case "boolean" -> require(at, value.isBoolean(), value, "true or false", faults);
      default -> {}
    }
  }

  private void object(String at, JsonNode value, JsonNode schema, List<String> faults) {
    JsonNode properties = schema.path("properties");
    boolean open = schema.has("additionalProperties");
    if (properties.isEmpty() && !open) {
      return; // any value: ids and values of attributes
    }
    require(at, value.isObject(), value, "an object", faults);
    value
        .properties()
        .forEach(
            field -> {
              String name = field.getKey();
              if (properties.has(name)) {
                check(at + "/" + name, field.getValue(), properties.path(name), faults);
              } else if (schema.path("additionalProperties").isObject()) {
                check(
                    at + "/" + name, field.getValue(), schema.path("additionalProperties"), faults);
              } else if (!open) {
                faults.add(at + "/" + name + " is not documented");
              }
            });
    for (JsonNode required : schema.path("required")) {
      if (!value.has(required.asText())) {
        faults.add(at + "/" + required.asText() + " is missing");
      }
    }
  }

  private static void bounds(String at, JsonNode value, JsonNode schema, List<String> faults) {
    if (schema.has("minimum") && value.asDouble() < schema.path("minimum").asDouble()) {
      faults.add(at + " is below " + schema.path("minimum"));
    }
    if (schema.has("maximum") && value.asDouble() > schema.path("maximum").asDouble()) {
      faults.add(at + " is above " + schema.path("maximum"));
    }
  }

  private static boolean contains(JsonNode values, JsonNode value) {
    TreeSet<String> texts = new TreeSet<>();
    values.forEach(one -> texts.add(one.asText()));
    return texts.contains(value.asText());
  }

  private static void require(
      String at, boolean fulfilled, JsonNode value, String what, List<String> faults) {
    if (!fulfilled) {
      faults.add("%s is %s and no %s".formatted(at, value, what.replaceFirst("^an? ", "")));
    }
  }
}
