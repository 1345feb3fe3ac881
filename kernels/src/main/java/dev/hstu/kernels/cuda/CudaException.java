package dev.hstu.kernels.cuda;

/// The CUDA library refused or failed; the message names the CUDA call that failed, or the argument
/// that was refused. Whatever was being made was not kept.
public final class CudaException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /// Codes of `hstu_cuda.h`.
  private static final int OUT_OF_MEMORY = -3;

  private final int code;

  CudaException(int code, String message) {
    super(message);
    this.code = code;
  }

  /// Whether device or page-locked memory was used up, so that less may be asked for.
  public boolean outOfMemory() {
    return code == OUT_OF_MEMORY;
  }
}
