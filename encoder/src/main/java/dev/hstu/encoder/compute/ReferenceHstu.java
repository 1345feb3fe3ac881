package dev.hstu.encoder.compute;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.model.HstuBlock;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.sequence.TimeBuckets;
import java.util.List;

/// HSTU's blocks, one user at a time, in the order of HSTU.md, "Forward" (arXiv 2402.17152, section
/// 3), between what [ReferenceModel] has for every architecture: the oracle that every engine is
/// held equal to. Written to be read, not to be fast.
final class ReferenceHstu extends ReferenceModel {

  private final HstuConfig config;
  private final List<Block> blocks;

  ReferenceHstu(HstuConfig config, ModelWeights weights, Precision precision) {
    super(config, weights, precision);
    this.config = config;
    this.blocks =
        weights.blocks(HstuBlock.class).stream().map(block -> Block.of(block, precision)).toList();
  }

  /// One block's weights, widened; see [HstuBlock].
  private record Block(
      double[] projection,
      double[] output,
      double[] outputBias,
      double[] positionBias,
      double[] timeBias) {
    static Block of(HstuBlock block, Precision precision) {
      return new Block(
          widen(block.projection(), precision),
          widen(block.output(), precision),
          widen(block.outputBias(), precision),
          widen(block.positionBias(), precision),
          widen(block.timeBias(), precision));
    }
  }

  /// Room for one user at a time, as [ReferenceModel.State].
  private final class HstuState extends State {
    /// `silu(x̂ · W)`, `(L, 2·h·dv + 2·h·dqk)`, columns `u | v | q | k`.
    final double[] uvqk;

    /// `x̂` of one row.
    final double[] normed = new double[config.embeddingDim()];

    /// What position and time add to one row of attention, shared by the heads.
    final double[] bias;

    /// `u ⊙ o` of one row, heads side by side.
    final double[] gated = new double[config.heads() * config.valueDim()];

    /// @param maxLength events of the longest user to come
    HstuState(int maxLength) {
      super(maxLength);
      uvqk = new double[maxLength * config.projectionWidth()];
      bias = new double[maxLength];
    }

    @Override
    void block(int index, int firstRow) {
      ReferenceHstu.this.block(this, index, firstRow);
    }
  }

  @Override
  State state(int maxLength) {
    return new HstuState(maxLength);
  }

  private void block(HstuState state, int index, int firstRow) {
    Block block = blocks.get(index);
    for (int i = 0; i < state.length; i++) {
      project(state, block, i);
    }
    for (int i = firstRow; i < state.length; i++) {
      attend(state, block, i);
      normalise(state.gated, 0, state.gated, state.gated.length);
      gate(state, i);
      addOutput(state, block, i);
    }
  }

  /// `[u | v | q | k]_i = silu(layerNorm(x_i) · W)`.
  private void project(HstuState state, Block block, int i) {
    int d = config.embeddingDim();
    int width = config.projectionWidth();
    int row = i * width;
    normalise(state.x, i * d, state.normed, d);
    for (int c = 0; c < width; c++) {
      state.uvqk[row + c] = 0;
    }
    for (int r = 0; r < d; r++) {
      double value = state.normed[r];
      for (int c = 0; c < width; c++) {
        state.uvqk[row + c] += value * block.projection[r * width + c];
      }
    }
    for (int c = 0; c < width; c++) {
      state.uvqk[row + c] = kept(silu(kept(state.uvqk[row + c])));
    }
  }

  /// `o_i = Σ_j a_ij v_j` for every head, into `state.gated`, where
  /// `a_ij = silu(q_i · k_j + pos[N-1+j-i] + time[bucket(t_{i+1} - t_j)]) / N` for `j ≤ i`.
  private void attend(HstuState state, Block block, int i) {
    int slots = config.slots();
    for (int j = 0; j <= i; j++) {
      double time = block.timeBias[TimeBuckets.bucket(state.times[i + 1] - state.times[j])];
      state.bias[j] = kept(block.positionBias[slots - 1 + j - i] + time);
    }
    int dqk = config.queryDim();
    int dv = config.valueDim();
    int heads = config.heads();
    int width = config.projectionWidth();
    int values = heads * dv;
    int queries = 2 * heads * dv;
    int keys = queries + heads * dqk;
    for (int head = 0; head < heads; head++) {
      int o = head * dv;
      for (int c = 0; c < dv; c++) {
        state.gated[o + c] = 0;
      }
      int q = i * width + queries + head * dqk;
      for (int j = 0; j <= i; j++) {
        int k = j * width + keys + head * dqk;
        double score = kept(dot(state.uvqk, q, state.uvqk, k, dqk));
        double a = kept(silu(kept(score + state.bias[j])) / slots);
        int v = j * width + values + head * dv;
        for (int c = 0; c < dv; c++) {
          state.gated[o + c] += a * state.uvqk[v + c];
        }
      }
      for (int c = 0; c < dv; c++) {
        state.gated[o + c] = kept(state.gated[o + c]);
      }
    }
  }

  /// `u_i ⊙ o_i`.
  private void gate(HstuState state, int i) {
    int u = i * config.projectionWidth();
    for (int c = 0; c < state.gated.length; c++) {
      state.gated[c] = kept(state.gated[c] * state.uvqk[u + c]);
    }
  }

  /// `x_i ← (u_i ⊙ o_i) · Woᵀ + bo + x_i`.
  private void addOutput(HstuState state, Block block, int i) {
    int d = config.embeddingDim();
    int width = state.gated.length;
    for (int c = 0; c < d; c++) {
      double output = dot(state.gated, 0, block.output, c * width, width) + block.outputBias[c];
      state.x[i * d + c] = kept(kept(output) + state.x[i * d + c]);
    }
  }

  private static double silu(double value) {
    return value / (1 + Math.exp(-value));
  }
}
