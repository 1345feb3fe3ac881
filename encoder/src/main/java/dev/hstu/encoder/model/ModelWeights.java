package dev.hstu.encoder.model;

import dev.hstu.kernels.safetensors.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// The parameters of one model, row-major float32, in the orientation of the public checkpoints.
///
/// Read-only by contract once built; `itemEmbeddings` may be a mapped file and lives as long as its
/// owner keeps it open.
///
/// @param itemEmbeddings `E`, float32 `(V+1, D)` in native byte order; row 0 is padding. Of a model
///     with labels each row is the sum of the item's own embedding and those of its labels
/// @param positions `P`, `(N, D)`
/// @param blocks one entry a block, first block first
/// @param labelEmbeddings `(G, D)`, rows as [ModelFeatures] has them; empty without labels
/// @param actionEmbeddings `(actions + 1, D)`, likewise; empty without actions
/// @param seriesEmbeddings `(S, D)`, likewise: row `r` is token row `V + 1 + r`; empty without
///     series
public record ModelWeights(
    MemorySegment itemEmbeddings,
    float[] positions,
    List<BlockWeights> blocks,
    float[] labelEmbeddings,
    float[] actionEmbeddings,
    float[] seriesEmbeddings) {

  /// Unaligned, since tensors of a safetensors file start at any byte.
  public static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  public ModelWeights {
    blocks = List.copyOf(blocks);
  }

  /// The parameters of a model without features.
  public ModelWeights(MemorySegment itemEmbeddings, float[] positions, List<BlockWeights> blocks) {
    this(itemEmbeddings, positions, blocks, new float[0], new float[0], new float[0]);
  }

  /// The blocks as those of one architecture.
  ///
  /// @throws ClassCastException when they are another's, which [#requireShapes] would have told
  public <T extends BlockWeights> List<T> blocks(Class<T> kind) {
    return blocks.stream().map(kind::cast).toList();
  }

  /// `D`.
  public int embeddingDim() {
    return blocks.getFirst().width();
  }

  /// The same with another item table.
  public ModelWeights withItems(MemorySegment table) {
    return new ModelWeights(
        table, positions, blocks, labelEmbeddings, actionEmbeddings, seriesEmbeddings);
  }

  /// Writes the item vector of one row, `E[item] / max(‖E[item]‖₂, 1e-6)` (HSTU.md, "Forward" 4),
  /// summed in float64 so that the order of summation can't show. Allocates nothing.
  ///
  /// @param item a row of `E`; 0 is padding
  /// @param dimension `D`
  public void copyItemVector(long item, int dimension, float[] target, int offset) {
    double norm = Math.max(embeddingNorm(item, dimension), ModelConfig.EPSILON);
    for (int i = 0; i < dimension; i++) {
      target[offset + i] = (float) (itemEmbeddings.getAtIndex(FLOAT, item * dimension + i) / norm);
    }
  }

  /// `‖E[item]‖₂`, summed in float64.
  ///
  /// @param item a row of `E`; 0 is padding
  /// @param dimension `D`
  public double embeddingNorm(long item, int dimension) {
    double squares = 0;
    for (int i = 0; i < dimension; i++) {
      double value = itemEmbeddings.getAtIndex(FLOAT, item * dimension + i);
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  /// Writes the embedding of a token as it goes into the model: an item's, or that of a value of a
  /// series.
  ///
  /// @param row of the item table, or behind its last
  /// @param dimension `D`
  public void copyToken(int row, int dimension, float[] target, int offset) {
    long values = itemEmbeddings.byteSize() / Float.BYTES;
    long from = (long) row * dimension;
    if (from < values) {
      MemorySegment.copy(itemEmbeddings, FLOAT, from * Float.BYTES, target, offset, dimension);
    } else {
      System.arraycopy(seriesEmbeddings, (int) (from - values), target, offset, dimension);
    }
  }

  /// Checks every shape against `config`.
  ///
  /// @throws IllegalArgumentException naming the tensor, its length and the one expected
  public void requireShapes(NetworkConfig config) {
    long d = config.embeddingDim();
    requireLength(
        "itemEmbeddings", itemEmbeddings.byteSize() / Float.BYTES, (config.items() + 1L) * d);
    requireLength("positions", positions.length, config.slots() * d);
    requireLength("blocks", blocks.size(), config.blocks());
    requireLength("labelEmbeddings", labelEmbeddings.length, config.features().labelRows() * d);
    requireLength("seriesEmbeddings", seriesEmbeddings.length, config.features().seriesRows() * d);
    requireLength("actionEmbeddings", actionEmbeddings.length, config.features().actionRows() * d);
    for (int i = 0; i < blocks.size(); i++) {
      requireShapes(CheckpointNames.block(config, i), blocks.get(i).tensors());
    }
  }

  private static void requireShapes(List<TensorSpec> specs, List<float[]> tensors) {
    requireLength("a block's tensors", tensors.size(), specs.size());
    for (int i = 0; i < specs.size(); i++) {
      requireLength(specs.get(i).name(), tensors.get(i).length, specs.get(i).elements());
    }
  }

  private static void requireLength(String name, long length, long expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "%s has %d values; this configuration needs %d".formatted(name, length, expected));
    }
  }
}
