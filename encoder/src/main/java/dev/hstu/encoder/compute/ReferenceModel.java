package dev.hstu.encoder.compute;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.SasRecConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.lang.foreign.MemorySegment;

/// What the reference computes alike for every architecture: the input, HSTU.md, "Forward" 1, and
/// the normalised output, "Forward" 3. The blocks between them are the subclass's.
///
/// In float64 everything is a double. In float32 every value that is kept (a row, a weight of
/// attention, an embedding) is rounded to float32, while sums run in float64: the differences to an
/// engine that also adds in float32 are that engine's rounding. In bfloat16 weights and all kept
/// values are rounded to bfloat16: the plain half-precision implementation that a faster one's
/// error is compared with. A user's result doesn't depend on who else is in the batch, since users
/// never meet.
///
/// Immutable; any thread. State lives in [State].
abstract sealed class ReferenceModel permits ReferenceHstu, ReferenceSasRec {

  private final NetworkConfig config;
  private final MemorySegment itemEmbeddings;
  private final double[] positions;
  private final double[] actionEmbeddings;
  private final double[] seriesEmbeddings;
  private final Precision precision;

  ReferenceModel(NetworkConfig config, ModelWeights weights, Precision precision) {
    weights.requireShapes(config);
    this.config = config;
    this.itemEmbeddings = weights.itemEmbeddings();
    this.precision = precision;
    this.positions = widen(weights.positions(), precision);
    this.actionEmbeddings = widen(weights.actionEmbeddings(), precision);
    this.seriesEmbeddings = widen(weights.seriesEmbeddings(), precision);
  }

  static ReferenceModel of(NetworkConfig config, ModelWeights weights, Precision precision) {
    return switch (config) {
      case HstuConfig hstu -> new ReferenceHstu(hstu, weights, precision);
      case SasRecConfig sasRec -> new ReferenceSasRec(sasRec, weights, precision);
    };
  }

  /// Room for one user at a time; belongs to one thread.
  abstract class State {
    /// Events of the user at hand, `L`.
    int length;

    /// `t_0 .. t_L`, the last one being the request time.
    final long[] times;

    /// The residual stream, `(L, D)`.
    final double[] x;

    /// @param maxLength events of the longest user to come
    State(int maxLength) {
      times = new long[maxLength + 1];
      x = new double[maxLength * config.embeddingDim()];
    }

    /// Step 2: one block, in place on `x`. Rows before `firstRow` only serve as keys and values and
    /// keep their input: at serving time the last block is asked for its last row alone.
    abstract void block(int index, int firstRow);

    /// Step 1: `x_i = E[id_i] · sqrt(D) + P[i]`, for the events of user `b`, the oldest first;
    /// where the model has actions, `(E[id_i] + A[action_i]) · sqrt(D) + P[i]`.
    final void embed(HistoryBatch batch, int b) {
      int start = batch.offsets()[b];
      length = batch.length(b);
      int d = config.embeddingDim();
      double scale = Math.sqrt(d);
      System.arraycopy(batch.times(), start, times, 0, length);
      times[length] = batch.requestTimes()[b];
      for (int i = 0; i < length; i++) {
        int row = batch.items()[start + i];
        int action = actionRow(batch, start + i) * d;
        for (int c = 0; c < d; c++) {
          double embedding = token(row, c);
          if (actionEmbeddings.length > 0) {
            embedding = kept(embedding + actionEmbeddings[action + c]);
          }
          x[i * d + c] = kept(embedding * scale + positions[i * d + c]);
        }
      }
    }

    /// Step 3: `y_i / max(‖y_i‖₂, 1e-6)` for one row of the last block's output.
    final void embedding(int i, double[] target, int offset) {
      int d = config.embeddingDim();
      double squares = dot(x, i * d, x, i * d, d);
      double norm = Math.max(kept(Math.sqrt(squares)), ModelConfig.EPSILON);
      for (int c = 0; c < d; c++) {
        target[offset + c] = kept(x[i * d + c] / norm);
      }
    }
  }

  abstract State state(int maxLength);

  /// `E[row]`, or what a value of a series has behind it.
  private double token(int row, int c) {
    int d = config.embeddingDim();
    return row <= config.items()
        ? kept(itemEmbeddings.getAtIndex(ModelWeights.FLOAT, (long) row * d + c))
        : seriesEmbeddings[(row - config.items() - 1) * d + c];
  }

  private int actionRow(HistoryBatch batch, int event) {
    return batch.actions().length == 0 ? 0 : config.features().actionRow(batch.actions()[event]);
  }

  /// Layer norm without affine parameters, biased variance, over one row into `target[0, width)`.
  final void normalise(double[] source, int offset, double[] target, int width) {
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
    double scale = 1 / Math.sqrt(squares / width + config.normEpsilon());
    for (int c = 0; c < width; c++) {
      target[c] = kept((source[offset + c] - mean) * scale);
    }
  }

  /// A value as this precision keeps it.
  final double kept(double value) {
    return precision.rounded(value);
  }

  static double dot(double[] a, int aOffset, double[] b, int bOffset, int count) {
    double sum = 0;
    for (int c = 0; c < count; c++) {
      sum += a[aOffset + c] * b[bOffset + c];
    }
    return sum;
  }

  /// Weights as a precision keeps them.
  static double[] widen(float[] values, Precision precision) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = precision.rounded(values[i]);
    }
    return wide;
  }
}
