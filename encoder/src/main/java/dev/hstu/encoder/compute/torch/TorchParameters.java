package dev.hstu.encoder.compute.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.HstuWeights;
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
/// @param dense `P` and then `W, Wo, bo, pos, time` of each block, as `hstu.py` expects them
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
  public static TorchParameters of(NDManager memory, HstuConfig config, HstuWeights weights) {
    float[] items = weights.itemEmbeddings().toArray(HstuWeights.FLOAT);
    long rows = config.items() + 1L;
    return new TorchParameters(
        memory.create(items, new Shape(rows, items.length / rows)),
        dense(memory, config, weights),
        table(memory, weights.labelEmbeddings(), config),
        table(memory, weights.actionEmbeddings(), config),
        table(memory, weights.seriesEmbeddings(), config));
  }

  private static @Nullable NDArray table(NDManager memory, float[] values, HstuConfig config) {
    long d = config.embeddingDim();
    return values.length == 0 ? null : memory.create(values, new Shape(values.length / d, d));
  }

  /// All but the item table, which serving leaves where it is.
  static List<NDArray> dense(NDManager memory, HstuConfig config, HstuWeights weights) {
    long d = config.embeddingDim();
    long values = (long) config.heads() * config.valueDim();
    List<NDArray> dense = new ArrayList<>();
    dense.add(memory.create(weights.positions(), new Shape(config.slots(), d)));
    for (HstuWeights.Block block : weights.blocks()) {
      dense.add(memory.create(block.projection(), new Shape(d, config.projectionWidth())));
      dense.add(memory.create(block.output(), new Shape(d, values)));
      dense.add(memory.create(block.outputBias()));
      dense.add(memory.create(block.positionBias()));
      dense.add(memory.create(block.timeBias()));
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
  public Map<String, NDArray> byName() {
    Map<String, NDArray> named = new LinkedHashMap<>();
    named.put(CheckpointNames.ITEM_EMBEDDINGS, items);
    named.put(CheckpointNames.POSITIONS, dense.getFirst());
    for (int block = 0; block < blocks(); block++) {
      named.put(CheckpointNames.projection(block), dense.get(5 * block + 1));
      named.put(CheckpointNames.output(block), dense.get(5 * block + 2));
      named.put(CheckpointNames.outputBias(block), dense.get(5 * block + 3));
      named.put(CheckpointNames.positionBias(block), dense.get(5 * block + 4));
      named.put(CheckpointNames.timeBias(block), dense.get(5 * block + 5));
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
  public HstuWeights toWeights() {
    List<HstuWeights.Block> blocks = new ArrayList<>();
    for (int block = 0; block < blocks(); block++) {
      blocks.add(
          new HstuWeights.Block(
              dense.get(5 * block + 1).toFloatArray(),
              dense.get(5 * block + 2).toFloatArray(),
              dense.get(5 * block + 3).toFloatArray(),
              dense.get(5 * block + 4).toFloatArray(),
              dense.get(5 * block + 5).toFloatArray()));
    }
    MemorySegment table = MemorySegment.ofArray(items.toFloatArray());
    return new HstuWeights(
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

  private int blocks() {
    return (dense.size() - 1) / 5;
  }
}
