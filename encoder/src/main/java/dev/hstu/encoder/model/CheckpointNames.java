package dev.hstu.encoder.model;

import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// The tensor names of the public implementation's checkpoints, and the shapes they have there.
///
/// | public name | [HstuWeights] | HSTU.md | shape |
/// |---|---|---|---|
/// | `_embedding_module._item_emb.weight` | `itemEmbeddings` | `E` | `(V+1, D)` |
/// | `_input_features_preproc._pos_emb.weight` | `positions` | `P` | `(N, D)` |
/// | `_hstu._attention_layers.<i>._uvqk` | `projection` | `W` | `(D, 2·h·dv + 2·h·dqk)` |
/// | `_hstu._attention_layers.<i>._o.weight` | `output` | `Wo` | `(D, h·dv)` |
/// | `_hstu._attention_layers.<i>._o.bias` | `outputBias` | `bo` | `(D)` |
/// | `_hstu._attention_layers.<i>._rel_attn_bias._pos_w` | `positionBias` | `pos` | `(2N-1)` |
/// | `_hstu._attention_layers.<i>._rel_attn_bias._ts_w` | `timeBias` | `time` | `(129)` |
/// | `_embedding_module._label_emb.weight` | `labelEmbeddings` | labels, if any | `(G, D)` |
/// | `_input_features_preproc._action_emb.weight` | `actionEmbeddings` | if any | `(A + 1, D)` |
/// | `_input_features_preproc._series_emb.weight` | `seriesEmbeddings` | if any | `(S, D)` |
public final class CheckpointNames {

  public static final String ITEM_EMBEDDINGS = "_embedding_module._item_emb.weight";
  public static final String POSITIONS = "_input_features_preproc._pos_emb.weight";

  public static final String LABELS = "_embedding_module._label_emb.weight";
  public static final String ACTIONS = "_input_features_preproc._action_emb.weight";
  public static final String SERIES = "_input_features_preproc._series_emb.weight";

  private CheckpointNames() {}

  public static String projection(int block) {
    return layer(block, "_uvqk");
  }

  public static String output(int block) {
    return layer(block, "_o.weight");
  }

  public static String outputBias(int block) {
    return layer(block, "_o.bias");
  }

  public static String positionBias(int block) {
    return layer(block, "_rel_attn_bias._pos_w");
  }

  public static String timeBias(int block) {
    return layer(block, "_rel_attn_bias._ts_w");
  }

  /// Name, type and shape of every tensor of a model of these shapes, sorted by name.
  public static List<TensorSpec> specs(HstuConfig config) {
    long d = config.embeddingDim();
    long slots = config.slots();
    List<TensorSpec> specs = new ArrayList<>();
    specs.add(float32(ITEM_EMBEDDINGS, config.items() + 1L, d));
    specs.add(float32(POSITIONS, slots, d));
    for (int i = 0; i < config.blocks(); i++) {
      specs.add(float32(projection(i), d, config.projectionWidth()));
      specs.add(float32(output(i), d, (long) config.heads() * config.valueDim()));
      specs.add(float32(outputBias(i), d));
      specs.add(float32(positionBias(i), 2 * slots - 1));
      specs.add(float32(timeBias(i), HstuConfig.TIME_BUCKETS + 1L));
    }
    ModelFeatures features = config.features();
    if (features.labelRows() > 0) {
      specs.add(float32(LABELS, features.labelRows(), d));
    }
    if (features.actionRows() > 0) {
      specs.add(float32(ACTIONS, features.actionRows(), d));
    }
    if (features.seriesRows() > 0) {
      specs.add(float32(SERIES, features.seriesRows(), d));
    }
    specs.sort(Comparator.comparing(TensorSpec::name));
    return List.copyOf(specs);
  }

  /// Every tensor of `weights` by its name: float32, row-major, little-endian, off the heap. The
  /// item embeddings are shared where they already lie off the heap; all else is copied.
  public static SortedMap<String, MemorySegment> tensors(HstuWeights weights) {
    SortedMap<String, MemorySegment> tensors = new TreeMap<>();
    tensors.put(ITEM_EMBEDDINGS, offHeap(weights.itemEmbeddings()));
    tensors.put(POSITIONS, offHeap(weights.positions()));
    for (int i = 0; i < weights.blocks().size(); i++) {
      HstuWeights.Block block = weights.blocks().get(i);
      tensors.put(projection(i), offHeap(block.projection()));
      tensors.put(output(i), offHeap(block.output()));
      tensors.put(outputBias(i), offHeap(block.outputBias()));
      tensors.put(positionBias(i), offHeap(block.positionBias()));
      tensors.put(timeBias(i), offHeap(block.timeBias()));
    }
    if (weights.labelEmbeddings().length > 0) {
      tensors.put(LABELS, offHeap(weights.labelEmbeddings()));
    }
    if (weights.actionEmbeddings().length > 0) {
      tensors.put(ACTIONS, offHeap(weights.actionEmbeddings()));
    }
    if (weights.seriesEmbeddings().length > 0) {
      tensors.put(SERIES, offHeap(weights.seriesEmbeddings()));
    }
    return tensors;
  }

  private static MemorySegment offHeap(float[] values) {
    return offHeap(MemorySegment.ofArray(values));
  }

  private static MemorySegment offHeap(MemorySegment values) {
    if (values.isNative()) {
      return values;
    }
    return Arena.ofAuto().allocate(values.byteSize(), Float.BYTES).copyFrom(values);
  }

  private static TensorSpec float32(String name, long... shape) {
    return new TensorSpec(name, DType.F32, shape);
  }

  private static String layer(int block, String tensor) {
    return "_hstu._attention_layers." + block + "." + tensor;
  }
}
