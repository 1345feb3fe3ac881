package dev.hstu.encoder.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.encoder.model.HstuConfig;

/// The shapes of a model as JSON, under the names the public implementation's users know and the
/// golden files carry. What HSTU fixes (128 time buckets, eps 1e-6, L2 normalisation at the end) is
/// written too, and refused when it says anything else.
public final class ConfigJson {

  /// Which kind of model a configuration is of; absent means `hstu`.
  public static final String MODEL = "model";

  private static final String HSTU = "hstu";

  private ConfigJson() {}

  /// The kind of model a configuration is of.
  public static String modelOf(JsonNode json) {
    return json.path(MODEL).asText(HSTU);
  }

  /// Reads the shapes; fields it doesn't know are ignored.
  ///
  /// @throws IllegalArgumentException naming the field that is missing or can't be used
  public static HstuConfig read(JsonNode json) {
    requireEqual(MODEL, modelOf(json), HSTU);
    requireEqual("post", json.path("post").asText("l2"), "l2");
    requireEqual(
        "num_time_buckets",
        json.path("num_time_buckets").asInt(HstuConfig.TIME_BUCKETS),
        HstuConfig.TIME_BUCKETS);
    requireEqual("eps", json.path("eps").asDouble(HstuConfig.EPSILON), HstuConfig.EPSILON);
    return new HstuConfig(
        integer(json, "items"),
        integer(json, "max_sequence_len"),
        integer(json, "max_output_len"),
        integer(json, "embedding_dim"),
        integer(json, "num_heads"),
        integer(json, "attention_dim"),
        integer(json, "linear_dim"),
        integer(json, "num_blocks"),
        number(json, "temperature"),
        json.path("window_hop").asInt(1));
  }

  /// Adds everything [#read] needs to `json`.
  public static void write(HstuConfig config, ObjectNode json) {
    json.put(MODEL, HSTU)
        .put("items", config.items())
        .put("max_sequence_len", config.maxEvents())
        .put("max_output_len", config.outputSlots())
        .put("embedding_dim", config.embeddingDim())
        .put("num_heads", config.heads())
        .put("attention_dim", config.queryDim())
        .put("linear_dim", config.valueDim())
        .put("num_blocks", config.blocks())
        .put("num_time_buckets", HstuConfig.TIME_BUCKETS)
        .put("temperature", config.temperature())
        .put("eps", HstuConfig.EPSILON)
        .put("post", "l2")
        .put("window_hop", config.windowHop());
  }

  private static int integer(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.canConvertToInt() || !value.isIntegralNumber()) {
      throw new IllegalArgumentException("%s=%s must be an integer".formatted(field, value));
    }
    return value.intValue();
  }

  private static double number(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isNumber()) {
      throw new IllegalArgumentException("%s=%s must be a number".formatted(field, value));
    }
    return value.doubleValue();
  }

  private static void requireEqual(String field, Object value, Object expected) {
    if (!value.equals(expected)) {
      throw new IllegalArgumentException(
          "%s=%s is not HSTU as implemented here, which has %s".formatted(field, value, expected));
    }
  }
}
