package dev.hstu.kernels.cuda;

/// What the kernels keep values in between operations; sums are float32 in both.
public enum CudaPrecision {
  FLOAT32(0, 1_024),
  BFLOAT16(1, 128);

  private final int code;
  private final int maxHeadWidth;

  CudaPrecision(int code, int maxHeadWidth) {
    this.code = code;
    this.maxHeadWidth = maxHeadWidth;
  }

  /// The number that stands for it in `hstu_cuda.h`.
  int code() {
    return code;
  }

  /// The widest query or value of a head.
  public int maxHeadWidth() {
    return maxHeadWidth;
  }
}
