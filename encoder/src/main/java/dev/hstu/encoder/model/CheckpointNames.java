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
/// | public name | [ModelWeights], [HstuBlock] | HSTU.md | shape |
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
///
/// Blocks of SASRec instead have, `H` being the hidden width:
///
/// | public name | [SasRecBlock] | shape |
/// |---|---|---|
/// | `attention_layers.<i>.in_proj_weight` | `inputProjection` | `(3D, D)` |
/// | `attention_layers.<i>.in_proj_bias` | `inputBias` | `(3D)` |
/// | `attention_layers.<i>.out_proj.weight` | `outputProjection` | `(D, D)` |
/// | `attention_layers.<i>.out_proj.bias` | `outputBias` | `(D)` |
/// | `forward_layers.<i>._conv1d.0.weight` | `expansion` | `(H, D, 1)` |
/// | `forward_layers.<i>._conv1d.0.bias` | `expansionBias` | `(H)` |
/// | `forward_layers.<i>._conv1d.3.weight` | `contraction` | `(D, H, 1)` |
/// | `forward_layers.<i>._conv1d.3.bias` | `contractionBias` | `(D)` |
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
  public static List<TensorSpec> specs(NetworkConfig config) {
    long d = config.embeddingDim();
    List<TensorSpec> specs = new ArrayList<>();
    specs.add(float32(ITEM_EMBEDDINGS, config.items() + 1L, d));
    specs.add(float32(POSITIONS, config.slots(), d));
    for (int i = 0; i < config.blocks(); i++) {
      specs.addAll(block(config, i));
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

  /// Name, type and shape of every tensor of one block, in the order of [BlockWeights#tensors].
  public static List<TensorSpec> block(NetworkConfig config, int block) {
    return switch (config) {
      case HstuConfig hstu -> hstuBlock(hstu, block);
      case SasRecConfig sasRec -> sasRecBlock(sasRec, block);
    };
  }

  private static List<TensorSpec> hstuBlock(HstuConfig config, int block) {
    long d = config.embeddingDim();
    return List.of(
        float32(projection(block), d, config.projectionWidth()),
        float32(output(block), d, (long) config.heads() * config.valueDim()),
        float32(outputBias(block), d),
        float32(positionBias(block), 2L * config.slots() - 1),
        float32(timeBias(block), HstuConfig.TIME_BUCKETS + 1L));
  }

  private static List<TensorSpec> sasRecBlock(SasRecConfig config, int block) {
    long d = config.embeddingDim();
    long hidden = config.hiddenDim();
    String attention = "attention_layers." + block + ".";
    String forward = "forward_layers." + block + "._conv1d.";
    return List.of(
        float32(attention + "in_proj_weight", 3 * d, d),
        float32(attention + "in_proj_bias", 3 * d),
        float32(attention + "out_proj.weight", d, d),
        float32(attention + "out_proj.bias", d),
        float32(forward + "0.weight", hidden, d, 1),
        float32(forward + "0.bias", hidden),
        float32(forward + "3.weight", d, hidden, 1),
        float32(forward + "3.bias", d));
  }

  /// Every tensor of `weights` by its name: float32, row-major, little-endian, off the heap. The
  /// item embeddings are shared where they already lie off the heap; all else is copied.
  public static SortedMap<String, MemorySegment> tensors(
      NetworkConfig config, ModelWeights weights) {
    SortedMap<String, MemorySegment> tensors = new TreeMap<>();
    tensors.put(ITEM_EMBEDDINGS, offHeap(weights.itemEmbeddings()));
    tensors.put(POSITIONS, offHeap(weights.positions()));
    for (int i = 0; i < weights.blocks().size(); i++) {
      List<TensorSpec> specs = block(config, i);
      List<float[]> values = weights.blocks().get(i).tensors();
      for (int t = 0; t < specs.size(); t++) {
        tensors.put(specs.get(t).name(), offHeap(values.get(t)));
      }
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
