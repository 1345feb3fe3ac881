package dev.hstu.kernels.cuda;

/// One GPU.
///
/// @param index from 0, in the driver's order
/// @param major compute capability before the point
/// @param minor compute capability after the point
/// @param driverVersion the CUDA version the driver is for, e.g. 13000
public record CudaDevice(
    int index,
    String name,
    int major,
    int minor,
    int multiprocessors,
    int driverVersion,
    long memoryBytes) {

  /// Least compute capability the kernels are made for: bfloat16 products and asynchronous copies.
  public static final int LEAST_MAJOR = 8;

  /// Whether the kernels run on it.
  public boolean supported() {
    return major >= LEAST_MAJOR;
  }

  /// Such as `compute capability 7.5 < 8.0`.
  public String shortfall() {
    return "compute capability %d.%d < %d.0".formatted(major, minor, LEAST_MAJOR);
  }

  /// Such as `NVIDIA H100 80GB HBM3, compute capability 9.0, 79 GiB`.
  @Override
  public String toString() {
    return "%s, compute capability %d.%d, %d GiB".formatted(name, major, minor, memoryBytes >> 30);
  }
}
