package dev.hstu.encoder.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.encoder.model.EnsembleConfig;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.SasRecConfig;
import dev.hstu.encoder.sequence.SeriesColumn;
import java.util.ArrayList;
import java.util.List;

/// The shapes of a model as JSON, under the names the public implementation's users know and the
/// golden files carry. What HSTU fixes (128 time buckets, eps 1e-6, L2 normalisation at the end) is
/// written too, and refused when it says anything else.
///
/// Of an ensemble: `"model": "ensemble", "members": [ … ]`, each member as a network's own.
public final class ConfigJson {

  /// Which kind of model a configuration is of; absent means `hstu`.
  public static final String MODEL = "model";

  private static final String HSTU = "hstu";
  private static final String SASREC = "sasrec";
  private static final String ENSEMBLE = "ensemble";
  private static final String MEMBERS = "members";
  private static final String RELU = "relu";
  private static final double USUAL_TEMPERATURE = 0.05;
  private static final String LABELS = "item_labels";
  private static final String ACTIONS = "actions";
  private static final String SERIES = "series";

  private ConfigJson() {}

  /// The kind of model a configuration is of.
  public static String modelOf(JsonNode json) {
    return json.path(MODEL).asText(HSTU);
  }

  private static String modelOf(ModelConfig config) {
    return switch (config) {
      case HstuConfig hstu -> HSTU;
      case SasRecConfig sasRec -> SASREC;
      case EnsembleConfig ensemble -> ENSEMBLE;
    };
  }

  /// Reads the shapes of any model; fields it doesn't know are ignored.
  ///
  /// @throws IllegalArgumentException naming the field that is missing or can't be used
  public static ModelConfig read(JsonNode json) {
    return modelOf(json).equals(ENSEMBLE) ? ensemble(json) : readNetwork(json);
  }

  /// Reads the shapes of one network; fields it doesn't know are ignored.
  ///
  /// @throws IllegalArgumentException as [#read], and for an ensemble
  public static NetworkConfig readNetwork(JsonNode json) {
    requireEqual("post", json.path("post").asText("l2"), "l2");
    requireEqual("eps", json.path("eps").asDouble(ModelConfig.EPSILON), ModelConfig.EPSILON);
    return switch (modelOf(json)) {
      case HSTU -> hstu(json);
      case SASREC -> sasRec(json);
      case ENSEMBLE ->
          throw new IllegalArgumentException(
              "%s=%s is several networks where one is needed; give its members one by one"
                  .formatted(MODEL, ENSEMBLE));
      default ->
          throw new IllegalArgumentException(
              "%s=%s is not built here; there are %s, %s and %s"
                  .formatted(MODEL, modelOf(json), HSTU, SASREC, ENSEMBLE));
    };
  }

  private static EnsembleConfig ensemble(JsonNode json) {
    JsonNode listed = json.path(MEMBERS);
    // Before anything is read: the file may say anything.
    if (listed.size() > EnsembleConfig.MAX_MEMBERS) {
      throw new IllegalArgumentException(
          "%s has %d networks and must have at most %d"
              .formatted(MEMBERS, listed.size(), EnsembleConfig.MAX_MEMBERS));
    }
    List<NetworkConfig> members = new ArrayList<>();
    listed.forEach(member -> members.add(readNetwork(member)));
    return new EnsembleConfig(members);
  }

  private static HstuConfig hstu(JsonNode json) {
    requireEqual(
        "num_time_buckets",
        json.path("num_time_buckets").asInt(HstuConfig.TIME_BUCKETS),
        HstuConfig.TIME_BUCKETS);
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
        json.path("window_hop").asInt(1),
        features(json));
  }

  private static SasRecConfig sasRec(JsonNode json) {
    requireEqual("ffn_activation", json.path("ffn_activation").asText(RELU), RELU);
    requireEqual(
        "layer_norm_eps",
        json.path("layer_norm_eps").asDouble(SasRecConfig.NORM_EPSILON),
        SasRecConfig.NORM_EPSILON);
    return new SasRecConfig(
        integer(json, "items"),
        integer(json, "max_sequence_len"),
        integer(json, "max_output_len"),
        integer(json, "embedding_dim"),
        integer(json, "num_heads"),
        integer(json, "ffn_hidden_dim"),
        integer(json, "num_blocks"),
        json.path("temperature").asDouble(USUAL_TEMPERATURE),
        json.path("window_hop").asInt(1),
        features(json));
  }

  private static ModelFeatures features(JsonNode json) {
    List<ModelFeatures.LabelColumn> columns = new ArrayList<>();
    for (JsonNode column : json.path(LABELS)) {
      List<String> labels = new ArrayList<>();
      column.path("labels").forEach(label -> labels.add(label.asText()));
      columns.add(new ModelFeatures.LabelColumn(column.path("column").asText(), labels));
    }
    List<Float> actions = new ArrayList<>();
    json.path(ACTIONS).forEach(action -> actions.add((float) action.asDouble(Double.NaN)));
    List<SeriesColumn> series = new ArrayList<>();
    for (JsonNode column : json.path(SERIES)) {
      List<String> values = new ArrayList<>();
      column.path("values").forEach(value -> values.add(value.asText()));
      series.add(new SeriesColumn(column.path("name").asText(), values));
    }
    return new ModelFeatures(columns, actions, series);
  }

  private static void write(ModelFeatures features, ObjectNode json) {
    if (!features.itemLabels().isEmpty()) {
      ArrayNode columns = json.putArray(LABELS);
      for (ModelFeatures.LabelColumn column : features.itemLabels()) {
        ArrayNode labels = columns.addObject().put("column", column.name()).putArray("labels");
        column.labels().forEach(labels::add);
      }
    }
    if (!features.actions().isEmpty()) {
      ArrayNode actions = json.putArray(ACTIONS);
      features.actions().forEach(actions::add);
    }
    if (!features.series().isEmpty()) {
      ArrayNode columns = json.putArray(SERIES);
      for (SeriesColumn column : features.series()) {
        ArrayNode values = columns.addObject().put("name", column.name()).putArray("values");
        column.values().forEach(values::add);
      }
    }
  }

  /// Adds everything [#read] needs to `json`.
  public static void write(ModelConfig config, ObjectNode json) {
    json.put(MODEL, modelOf(config));
    switch (config) {
      case NetworkConfig network -> writeNetwork(network, json);
      case EnsembleConfig ensemble -> {
        ArrayNode members = json.putArray(MEMBERS);
        ensemble.members().forEach(member -> write(member, members.addObject()));
      }
    }
  }

  private static void writeNetwork(NetworkConfig config, ObjectNode json) {
    json.put("items", config.items())
        .put("max_sequence_len", config.maxEvents())
        .put("max_output_len", config.outputSlots())
        .put("embedding_dim", config.embeddingDim())
        .put("num_heads", config.heads());
    switch (config) {
      case HstuConfig hstu ->
          json.put("attention_dim", hstu.queryDim())
              .put("linear_dim", hstu.valueDim())
              .put("num_time_buckets", HstuConfig.TIME_BUCKETS);
      case SasRecConfig sasRec ->
          json.put("ffn_hidden_dim", sasRec.hiddenDim())
              .put("ffn_activation", RELU)
              .put("layer_norm_eps", SasRecConfig.NORM_EPSILON);
    }
    json.put("num_blocks", config.blocks())
        .put("temperature", config.temperature())
        .put("eps", ModelConfig.EPSILON)
        .put("post", "l2")
        .put("window_hop", config.windowHop());
    write(config.features(), json);
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
          "%s=%s is not the model as implemented here, which has %s"
              .formatted(field, value, expected));
    }
  }
}
