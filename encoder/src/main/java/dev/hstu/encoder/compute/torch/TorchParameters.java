package dev.hstu.encoder.compute.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.hstu.encoder.model.BlockWeights;
import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.kernels.safetensors.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The tensors of one model on a device, or one value for each of them: gradients, moments.
///
/// They belong to the memory they were created in, and are changed in place.
///
/// @param items `E`, float32 `(V+1, D)`
/// @param dense `P` and then each block's tensors, in the order of [CheckpointNames#block]
/// @param labels float32 `(G, D)`, null without labels
/// @param actions float32 `(actions + 1, D)`, null without actions
/// @param series float32 `(S, D)`, null without series
public record TorchParameters(
    NDArray items,
    List<NDArray> dense,
    @Nullable NDArray labels,
    @Nullable NDArray actions,
    @Nullable NDArray series) {

  public TorchParameters {
    dense = List.copyOf(dense);
  }

  /// The tensors of a model without features.
  public TorchParameters(NDArray items, List<NDArray> dense) {
    this(items, dense, null, null, null);
  }

  /// The same with another item table.
  public TorchParameters withItems(NDArray table) {
    return new TorchParameters(table, dense, labels, actions, series);
  }

  /// Copies `weights` to the device of `memory`; the item table passes through the heap and may
  /// have at most 2^31-1 values. It has as many columns as it has values a row: second moments may
  /// have one.
  public static TorchParameters of(NDManager memory, NetworkConfig config, ModelWeights weights) {
    float[] items = weights.itemEmbeddings().toArray(ModelWeights.FLOAT);
    long rows = config.items() + 1L;
    return new TorchParameters(
        memory.create(items, new Shape(rows, items.length / rows)),
        dense(memory, config, weights),
        table(memory, weights.labelEmbeddings(), config),
        table(memory, weights.actionEmbeddings(), config),
        table(memory, weights.seriesEmbeddings(), config));
  }

  private static @Nullable NDArray table(NDManager memory, float[] values, NetworkConfig config) {
    long d = config.embeddingDim();
    return values.length == 0 ? null : memory.create(values, new Shape(values.length / d, d));
  }

  /// All but the item table, which serving leaves where it is.
  static List<NDArray> dense(NDManager memory, NetworkConfig config, ModelWeights weights) {
    List<NDArray> dense = new ArrayList<>();
    dense.add(memory.create(weights.positions(), new Shape(config.slots(), config.embeddingDim())));
    for (int i = 0; i < config.blocks(); i++) {
      List<TensorSpec> specs = CheckpointNames.block(config, i);
      List<float[]> tensors = weights.blocks().get(i).tensors();
      for (int t = 0; t < specs.size(); t++) {
        dense.add(memory.create(tensors.get(t), new Shape(specs.get(t).shape())));
      }
    }
    return dense;
  }

  /// A zero for every value.
  public TorchParameters zerosLike() {
    return new TorchParameters(
        items.zerosLike(),
        dense.stream().map(NDArray::zerosLike).toList(),
        labels == null ? null : labels.zerosLike(),
        actions == null ? null : actions.zerosLike(),
        series == null ? null : series.zerosLike());
  }

  /// All tensors, the item table first.
  public List<NDArray> all() {
    List<NDArray> all = new ArrayList<>(List.of(items));
    all.addAll(dense);
    Stream.of(labels, actions, series).filter(Objects::nonNull).forEach(all::add);
    return all;
  }

  /// All tensors by their public names ([CheckpointNames]), in the order of [#all].
  public Map<String, NDArray> byName(NetworkConfig config) {
    Map<String, NDArray> named = new LinkedHashMap<>();
    named.put(CheckpointNames.ITEM_EMBEDDINGS, items);
    named.put(CheckpointNames.POSITIONS, dense.getFirst());
    int at = 1;
    for (int i = 0; i < config.blocks(); i++) {
      for (TensorSpec spec : CheckpointNames.block(config, i)) {
        named.put(spec.name(), dense.get(at++));
      }
    }
    if (labels != null) {
      named.put(CheckpointNames.LABELS, labels);
    }
    if (actions != null) {
      named.put(CheckpointNames.ACTIONS, actions);
    }
    if (series != null) {
      named.put(CheckpointNames.SERIES, series);
    }
    return named;
  }

  /// Copies the values off the device, onto the heap.
  public ModelWeights toWeights(NetworkConfig config) {
    List<BlockWeights> blocks = new ArrayList<>();
    int at = 1;
    for (int i = 0; i < config.blocks(); i++) {
      int end = at + CheckpointNames.block(config, i).size();
      List<float[]> tensors = dense.subList(at, end).stream().map(NDArray::toFloatArray).toList();
      blocks.add(BlockWeights.of(config, tensors));
      at = end;
    }
    MemorySegment table = MemorySegment.ofArray(items.toFloatArray());
    return new ModelWeights(
        table,
        dense.getFirst().toFloatArray(),
        blocks,
        values(labels),
        values(actions),
        values(series));
  }

  private static float[] values(@Nullable NDArray table) {
    return table == null ? new float[0] : table.toFloatArray();
  }
}
