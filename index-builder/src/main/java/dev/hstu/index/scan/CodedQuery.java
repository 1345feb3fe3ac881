package dev.hstu.index.scan;

import dev.hstu.kernels.cpu.CodeBlocks;

/// A query in int8 codes, and bounds on what they leave out: scratch memory of one thread, to be
/// set again for each query.
public final class CodedQuery {

  /// Room for the rounding of the bounds themselves.
  private static final double ROUNDED_UP = 1 + 1e-6;

  /// Steps below this take part in no division; such values are coded as 0.
  static final float SMALLEST_STEP = 1e-30f;

  private byte[] codes = new byte[0];
  private float step;
  private float norm;
  private float error;

  /// Codes a query, its largest value as ±127.
  public void set(float[] query) {
    if (codes.length != query.length) {
      codes = new byte[query.length];
    }
    step = step(largest(query));
    float inverse = 1 / step;
    double squares = 0;
    double errors = 0;
    for (int i = 0; i < query.length; i++) {
      codes[i] = CodeBlocks.code(query[i], inverse);
      double difference = query[i] - (double) step * codes[i];
      squares += (double) query[i] * query[i];
      errors += difference * difference;
    }
    norm = (float) (Math.sqrt(squares) * ROUNDED_UP);
    error = (float) (Math.sqrt(errors) * ROUNDED_UP);
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /// The step that codes the largest value as ±127.
  static float step(float largest) {
    return Math.max(largest / CodeBlocks.MAX_CODE, SMALLEST_STEP);
  }

  /// int8 `[dimension]`; owned here.
  public byte[] codes() {
    return codes;
  }

  /// The value of one step of a code.
  public float step() {
    return step;
  }

  /// The length of the query, rounded up.
  public float norm() {
    return norm;
  }

  /// The length of what the codes leave out, rounded up.
  float error() {
    return error;
  }
}
