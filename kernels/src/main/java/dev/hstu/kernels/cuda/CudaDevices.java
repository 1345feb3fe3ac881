package dev.hstu.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Whether the CUDA kernels can run here, and on what. Asking never throws, takes no memory of a
/// GPU, and costs nothing where there is no library.
public final class CudaDevices {

  /// The GPUs that can run the kernels, or why none can.
  public sealed interface Availability {

    /// @param devices all of them, at least one of which is [CudaDevice#supported]
    record Present(List<CudaDevice> devices) implements Availability {
      public Present {
        devices = List.copyOf(devices);
      }
    }

    /// @param reason one sentence for the user: `no CUDA driver`, `compute capability 7.5 < 8.0`,
    ///     `library not built: …`
    record Absent(String reason) implements Availability {}
  }

  private CudaDevices() {}

  /// Looks anew at every call; the library is loaded by the first.
  public static Availability here() {
    return switch (CudaLibrary.state()) {
      case CudaLibrary.Refused refused -> new Availability.Absent(refused.reason());
      case CudaLibrary.Loaded loaded -> devices();
    };
  }

  /// Bytes of a device's memory that no process holds.
  ///
  /// @throws CudaException when there is no such device
  public static long freeBytes(int device) {
    return CudaFunctions.freeBytes(device);
  }

  private static Availability devices() {
    try {
      List<CudaDevice> devices = new ArrayList<>();
      int count = CudaFunctions.deviceCount();
      for (int index = 0; index < count; index++) {
        devices.add(CudaFunctions.device(index));
      }
      return judge(devices);
    } catch (CudaException e) {
      return new Availability.Absent(String.valueOf(e.getMessage()));
    }
  }

  static Availability judge(List<CudaDevice> devices) {
    if (devices.isEmpty()) {
      return new Availability.Absent("no CUDA device");
    }
    if (devices.stream().noneMatch(CudaDevice::supported)) {
      return new Availability.Absent(
          devices.stream().map(CudaDevice::shortfall).distinct().collect(Collectors.joining(", ")));
    }
    return new Availability.Present(devices);
  }
}
