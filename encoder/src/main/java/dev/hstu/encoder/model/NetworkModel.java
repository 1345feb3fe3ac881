package dev.hstu.encoder.model;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.SeriesColumn;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.storage.ContentDigest;
import dev.hstu.kernels.tables.IdTable;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;

/// A model of one network: shapes, clock, vocabulary and weights. Row `r` of the vocabulary is item
/// row `r + 1` of the weights, since item row 0 is padding.
public final class NetworkModel extends Model {

  private final NetworkConfig config;
  private final ModelWeights weights;

  /// @param weights shared, not copied; see [ModelWeights]
  /// @throws IllegalArgumentException when a shape doesn't fit, naming it
  public NetworkModel(NetworkConfig config, Clock clock, IdTable vocabulary, ModelWeights weights) {
    super(clock, vocabulary);
    if (vocabulary.size() != config.items()) {
      throw new IllegalArgumentException(
          "vocabulary has %d ids and the configuration %d items; give one id per item row"
              .formatted(vocabulary.size(), config.items()));
    }
    weights.requireShapes(config);
    this.config = config;
    this.weights = weights;
  }

  @Override
  public NetworkConfig config() {
    return config;
  }

  public ModelWeights weights() {
    return weights;
  }

  @Override
  public List<NetworkModel> networks() {
    return List.of(this);
  }

  @Override
  public void copyItemVector(long item, float[] target, int offset) {
    weights.copyItemVector(item, config.embeddingDim(), target, offset);
  }

  @Override
  public double embeddingNorm(long item) {
    return weights.embeddingNorm(item, config.embeddingDim());
  }

  @Override
  public Optional<float[]> vectorOfLabels(Function<String, List<String>> labels) {
    double[] sum = new double[config.embeddingDim()];
    int known = 0;
    int first = 0;
    for (ModelFeatures.LabelColumn column : config.features().itemLabels()) {
      for (String label : new LinkedHashSet<>(labels.apply(column.name()))) {
        int place = column.labels().indexOf(label);
        if (place >= 0) {
          addLabel(first + place, sum);
          known++;
        }
      }
      first += column.labels().size();
    }
    return known == 0 ? Optional.empty() : Optional.of(normalised(sum));
  }

  private void addLabel(int row, double[] sum) {
    for (int c = 0; c < sum.length; c++) {
      sum[c] += weights.labelEmbeddings()[row * sum.length + c];
    }
  }

  private static float[] normalised(double[] vector) {
    double squares = 0;
    for (double value : vector) {
      squares += value * value;
    }
    double norm = Math.max(Math.sqrt(squares), ModelConfig.EPSILON);
    float[] unit = new float[vector.length];
    for (int c = 0; c < unit.length; c++) {
      unit[c] = (float) (vector[c] / norm);
    }
    return unit;
  }

  @Override
  public String computeFingerprint() {
    ContentDigest digest = new ContentDigest();
    digest.add("hstu");
    digestConfig(digest);
    SortedMap<String, MemorySegment> tensors = CheckpointNames.tensors(config, weights);
    digest.add((long) tensors.size());
    for (TensorSpec spec : CheckpointNames.specs(config)) {
      long[] shape = spec.shape();
      MemorySegment bytes = tensors.get(spec.name());
      digest.add(spec.name()).add(spec.dtype().name()).add(shape, 0, shape.length).add(bytes);
    }
    vocabulary().digest(digest);
    digest.add(clock().spec());
    return digest.hex();
  }

  /// The canonical configuration: every field by its name in `config.json`, in this order.
  private void digestConfig(ContentDigest digest) {
    digest.add("items").add((long) config.items());
    digest.add("max_sequence_len").add((long) config.maxEvents());
    digest.add("max_output_len").add((long) config.outputSlots());
    digest.add("embedding_dim").add((long) config.embeddingDim());
    digest.add("num_heads").add((long) config.heads());
    switch (config) {
      case HstuConfig hstu -> digestHstu(digest, hstu);
      case SasRecConfig sasRec -> digestSasRec(digest, sasRec);
    }
    digest.add("temperature").add(config.temperature());
    digest.add("eps").add(ModelConfig.EPSILON);
    digest.add("post").add("l2");
    digest.add("window_hop").add((long) config.windowHop());
    digestFeatures(digest, config.features());
  }

  private static void digestHstu(ContentDigest digest, HstuConfig hstu) {
    digest.add("attention_dim").add((long) hstu.queryDim());
    digest.add("linear_dim").add((long) hstu.valueDim());
    digest.add("num_blocks").add((long) hstu.blocks());
    digest.add("num_time_buckets").add((long) HstuConfig.TIME_BUCKETS);
  }

  private static void digestSasRec(ContentDigest digest, SasRecConfig sasRec) {
    digest.add("model").add("sasrec");
    digest.add("ffn_hidden_dim").add((long) sasRec.hiddenDim());
    digest.add("ffn_activation").add("relu");
    digest.add("num_blocks").add((long) sasRec.blocks());
    digest.add("layer_norm_eps").add(SasRecConfig.NORM_EPSILON);
  }

  /// Nothing for a model without, whose fingerprint is that of before there were features.
  private static void digestFeatures(ContentDigest digest, ModelFeatures features) {
    for (ModelFeatures.LabelColumn column : features.itemLabels()) {
      digest.add("item_labels").add(column.name()).add((long) column.labels().size());
      column.labels().forEach(digest::add);
    }
    for (float action : features.actions()) {
      digest.add("action").add((double) action);
    }
    for (SeriesColumn column : features.series()) {
      digest.add("series").add(column.name()).add((long) column.values().size());
      column.values().forEach(digest::add);
    }
  }
}
