package dev.hstu.encoder.compute;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.HstuWeights;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.TimeBuckets;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// HSTU's forward pass, one user at a time, in the order of HSTU.md, "Forward" (arXiv 2402.17152,
/// section 3): the oracle that every engine is held equal to. Written to be read, not to be fast.
///
/// In float64 everything is a double. In float32 every value that is kept (a row, a weight of
/// attention, an embedding) is rounded to float32, while sums run in float64: the differences to an
/// engine that also adds in float32 are that engine's rounding. In bfloat16 weights and all kept
/// values are rounded to bfloat16: the plain half-precision implementation that a faster one's
/// error is compared with. A user's result doesn't depend on who else is in the batch, since users
/// never meet.
///
/// Immutable; any thread. State lives in [State].
final class ReferenceHstu {

  private final HstuConfig config;
  private final MemorySegment itemEmbeddings;
  private final double[] positions;
  private final double[] actionEmbeddings;
  private final double[] seriesEmbeddings;
  private final List<Block> blocks;
  private final Precision precision;

  ReferenceHstu(HstuConfig config, HstuWeights weights, Precision precision) {
    weights.requireShapes(config);
    this.config = config;
    this.itemEmbeddings = weights.itemEmbeddings();
    this.precision = precision;
    this.positions = widen(weights.positions(), precision);
    this.actionEmbeddings = widen(weights.actionEmbeddings(), precision);
    this.seriesEmbeddings = widen(weights.seriesEmbeddings(), precision);
    this.blocks = weights.blocks().stream().map(block -> Block.of(block, precision)).toList();
  }

  /// One block's weights, widened; see [HstuWeights.Block].
  private record Block(
      double[] projection,
      double[] output,
      double[] outputBias,
      double[] positionBias,
      double[] timeBias) {
    static Block of(HstuWeights.Block block, Precision precision) {
      return new Block(
          widen(block.projection(), precision),
          widen(block.output(), precision),
          widen(block.outputBias(), precision),
          widen(block.positionBias(), precision),
          widen(block.timeBias(), precision));
    }
  }

  /// Room for one user at a time; belongs to one thread.
  final class State {
    /// Events of the user at hand, `L`.
    int length;

    /// `t_0 .. t_L`, the last one being the request time.
    final long[] times;

    /// The residual stream, `(L, D)`.
    final double[] x;

    /// `silu(x̂ · W)`, `(L, 2·h·dv + 2·h·dqk)`, columns `u | v | q | k`.
    final double[] uvqk;

    /// `x̂` of one row.
    final double[] normed = new double[config.embeddingDim()];

    /// What position and time add to one row of attention, shared by the heads.
    final double[] bias;

    /// `u ⊙ o` of one row, heads side by side.
    final double[] gated = new double[config.heads() * config.valueDim()];

    /// @param maxLength events of the longest user to come
    State(int maxLength) {
      times = new long[maxLength + 1];
      x = new double[maxLength * config.embeddingDim()];
      uvqk = new double[maxLength * config.projectionWidth()];
      bias = new double[maxLength];
    }
  }

  int blocks() {
    return blocks.size();
  }

  /// Step 1: `x_i = E[id_i] · sqrt(D) + P[i]`, for the events of user `b`, the oldest first; where
  /// the model has actions, `(E[id_i] + A[action_i]) · sqrt(D) + P[i]`.
  void embed(State state, HistoryBatch batch, int b) {
    int start = batch.offsets()[b];
    int length = batch.length(b);
    int d = config.embeddingDim();
    double scale = Math.sqrt(d);
    state.length = length;
    System.arraycopy(batch.times(), start, state.times, 0, length);
    state.times[length] = batch.requestTimes()[b];
    for (int i = 0; i < length; i++) {
      int row = batch.items()[start + i];
      int action = actionRow(batch, start + i) * d;
      for (int c = 0; c < d; c++) {
        double embedding = token(row, c);
        if (actionEmbeddings.length > 0) {
          embedding = kept(embedding + actionEmbeddings[action + c]);
        }
        state.x[i * d + c] = kept(embedding * scale + positions[i * d + c]);
      }
    }
  }

  /// `E[row]`, or what a value of a series has behind it.
  private double token(int row, int c) {
    int d = config.embeddingDim();
    return row <= config.items()
        ? kept(itemEmbeddings.getAtIndex(HstuWeights.FLOAT, (long) row * d + c))
        : seriesEmbeddings[(row - config.items() - 1) * d + c];
  }

  private int actionRow(HistoryBatch batch, int event) {
    return batch.actions().length == 0 ? 0 : config.features().actionRow(batch.actions()[event]);
  }

  /// Step 2: one block, in place on `state.x`. Rows before `firstRow` only serve as keys and values
  /// and keep their input: at serving time the last block is asked for its last row alone.
  void block(State state, int index, int firstRow) {
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
  private void project(State state, Block block, int i) {
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
  private void attend(State state, Block block, int i) {
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
  private void gate(State state, int i) {
    int u = i * config.projectionWidth();
    for (int c = 0; c < state.gated.length; c++) {
      state.gated[c] = kept(state.gated[c] * state.uvqk[u + c]);
    }
  }

  /// `x_i ← (u_i ⊙ o_i) · Woᵀ + bo + x_i`.
  private void addOutput(State state, Block block, int i) {
    int d = config.embeddingDim();
    int width = state.gated.length;
    for (int c = 0; c < d; c++) {
      double output = dot(state.gated, 0, block.output, c * width, width) + block.outputBias[c];
      state.x[i * d + c] = kept(kept(output) + state.x[i * d + c]);
    }
  }

  /// Step 3: `y_i / max(‖y_i‖₂, 1e-6)` for one row of the last block's output.
  void embedding(State state, int i, double[] target, int offset) {
    int d = config.embeddingDim();
    double squares = dot(state.x, i * d, state.x, i * d, d);
    double norm = Math.max(kept(Math.sqrt(squares)), HstuConfig.EPSILON);
    for (int c = 0; c < d; c++) {
      target[offset + c] = kept(state.x[i * d + c] / norm);
    }
  }

  /// Layer norm without affine parameters, biased variance, over one row into `target[0, width)`.
  private void normalise(double[] source, int offset, double[] target, int width) {
    double sum = 0;
    for (int c = 0; c < width; c++) {
      sum += source[offset + c];
    }
    double mean = sum / width;
    double squares = 0;
    for (int c = 0; c < width; c++) {
      double deviation = source[offset + c] - mean;
      squares += deviation * deviation;
    }
    double scale = 1 / Math.sqrt(squares / width + HstuConfig.EPSILON);
    for (int c = 0; c < width; c++) {
      target[c] = kept((source[offset + c] - mean) * scale);
    }
  }

  /// A value as this precision keeps it.
  private double kept(double value) {
    return precision.rounded(value);
  }

  private static double silu(double value) {
    return value / (1 + Math.exp(-value));
  }

  private static double dot(double[] a, int aOffset, double[] b, int bOffset, int count) {
    double sum = 0;
    for (int c = 0; c < count; c++) {
      sum += a[aOffset + c] * b[bOffset + c];
    }
    return sum;
  }

  /// Weights as this precision keeps them.
  private static double[] widen(float[] values, Precision precision) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = precision.rounded(values[i]);
    }
    return wide;
  }
}
