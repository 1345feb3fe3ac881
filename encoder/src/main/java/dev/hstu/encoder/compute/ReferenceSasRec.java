package dev.hstu.encoder.compute;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.SasRecBlock;
import dev.hstu.encoder.model.SasRecConfig;
import java.util.List;

/// SASRec's blocks, one user at a time, in the order of HSTU.md, "Training", "SASRec baseline"
/// (arXiv 1808.09781, section III), between what [ReferenceModel] has for every architecture.
/// Written to be read, not to be fast.
final class ReferenceSasRec extends ReferenceModel {

  private final SasRecConfig config;
  private final List<Block> blocks;

  ReferenceSasRec(SasRecConfig config, ModelWeights weights, Precision precision) {
    super(config, weights, precision);
    this.config = config;
    this.blocks =
        weights.blocks(SasRecBlock.class).stream()
            .map(
                block ->
                    new Block(
                        Affine.of(block.inputProjection(), block.inputBias(), precision),
                        Affine.of(block.outputProjection(), block.outputBias(), precision),
                        Affine.of(block.expansion(), block.expansionBias(), precision),
                        Affine.of(block.contraction(), block.contractionBias(), precision)))
            .toList();
  }

  /// One block's weights, widened; see [SasRecBlock].
  private record Block(Affine input, Affine output, Affine expansion, Affine contraction) {}

  /// `y = weights · x + bias`.
  ///
  /// @param weights `(outputs, inputs)`
  /// @param bias `(outputs)`
  private record Affine(double[] weights, double[] bias) {
    static Affine of(float[] weights, float[] bias, Precision precision) {
      return new Affine(widen(weights, precision), widen(bias, precision));
    }
  }

  /// Room for one user at a time, as [ReferenceModel.State].
  private final class SasRecState extends State {
    /// `layerNorm(x)`, `(L, D)`: what the queries are made of, and the residual of the attention.
    final double[] normed;

    /// `(L, 3D)`, columns queries, keys, values.
    final double[] projected;

    /// Weights of one row of attention.
    final double[] attention;

    /// What one row attends to, heads side by side.
    final double[] attended = new double[config.embeddingDim()];

    /// `z` of one row.
    final double[] row = new double[config.embeddingDim()];

    /// `relu(W1 z + b1)` of one row.
    final double[] hidden = new double[config.hiddenDim()];

    SasRecState(int maxLength) {
      super(maxLength);
      normed = new double[maxLength * config.embeddingDim()];
      projected = new double[3 * normed.length];
      attention = new double[maxLength];
    }

    @Override
    void block(int index, int firstRow) {
      Block block = blocks.get(index);
      for (int i = 0; i < length; i++) {
        project(this, block, i);
      }
      for (int i = firstRow; i < length; i++) {
        attend(this, i);
        addAttention(this, block, i);
        feedForward(this, block, i);
      }
    }
  }

  @Override
  State state(int maxLength) {
    return new SasRecState(maxLength);
  }

  /// Queries of the normalised row; keys and values of the row as it is.
  private void project(SasRecState state, Block block, int i) {
    int d = config.embeddingDim();
    normalise(state.x, i * d, state.row, d);
    System.arraycopy(state.row, 0, state.normed, i * d, d);
    for (int c = 0; c < d; c++) {
      state.projected[i * 3 * d + c] = mapped(block.input, c, state.normed, i * d);
    }
    for (int c = d; c < 3 * d; c++) {
      state.projected[i * 3 * d + c] = mapped(block.input, c, state.x, i * d);
    }
  }

  /// `Σ_j a_ij v_j` for every head, into `state.attended`, where `a_i` is the softmax of
  /// `q_i · k_j / sqrt(D/h)` over `j ≤ i`.
  private void attend(SasRecState state, int i) {
    int d = config.embeddingDim();
    int width = config.headDim();
    for (int head = 0; head < config.heads(); head++) {
      int query = i * 3 * d + head * width;
      int keys = d + head * width;
      for (int j = 0; j <= i; j++) {
        double score = dot(state.projected, query, state.projected, j * 3 * d + keys, width);
        state.attention[j] = kept(score / Math.sqrt(width));
      }
      softmax(state.attention, i + 1);
      for (int c = 0; c < width; c++) {
        double sum = 0;
        for (int j = 0; j <= i; j++) {
          sum += state.attention[j] * state.projected[j * 3 * d + d + keys + c];
        }
        state.attended[head * width + c] = kept(sum);
      }
    }
  }

  /// `z_i = layerNorm(Q_i + A_i)`.
  private void addAttention(SasRecState state, Block block, int i) {
    int d = config.embeddingDim();
    for (int c = 0; c < d; c++) {
      double output = mapped(block.output, c, state.attended, 0);
      state.row[c] = kept(state.normed[i * d + c] + output);
    }
    normalise(state.row, 0, state.row, d);
  }

  /// `x_i ← W2 · relu(W1 z_i + b1) + b2 + z_i`.
  private void feedForward(SasRecState state, Block block, int i) {
    int d = config.embeddingDim();
    for (int c = 0; c < config.hiddenDim(); c++) {
      state.hidden[c] = Math.max(0, mapped(block.expansion, c, state.row, 0));
    }
    for (int c = 0; c < d; c++) {
      state.x[i * d + c] = kept(mapped(block.contraction, c, state.hidden, 0) + state.row[c]);
    }
  }

  /// Output `c` of a map for the row of `source` that begins at `offset`.
  private double mapped(Affine map, int c, double[] source, int offset) {
    int inputs = map.weights.length / map.bias.length;
    return kept(dot(map.weights, c * inputs, source, offset, inputs) + map.bias[c]);
  }

  /// In place over `values[0, count)`, shifted by the largest so that no exponential overflows.
  private void softmax(double[] values, int count) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < count; j++) {
      largest = Math.max(largest, values[j]);
    }
    double sum = 0;
    for (int j = 0; j < count; j++) {
      values[j] = Math.exp(values[j] - largest);
      sum += values[j];
    }
    for (int j = 0; j < count; j++) {
      values[j] = kept(values[j] / sum);
    }
  }
}
