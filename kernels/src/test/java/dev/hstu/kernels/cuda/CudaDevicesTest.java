package dev.hstu.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.kernels.cuda.CudaDevices.Availability;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What can't run says why; what can is listed.
class CudaDevicesTest {

  private static final CudaDevice TURING = device(0, 7, 5);
  private static final CudaDevice HOPPER = device(1, 9, 0);

  @Test
  void askingGivesAnAnswerOnAnyMachine() {
    switch (CudaDevices.here()) {
      case Availability.Absent absent -> assertThat(absent.reason()).isNotBlank();
      case Availability.Present present -> assertThat(present.devices()).isNotEmpty();
    }
  }

  @Test
  void anOldDeviceIsRefusedWithItsCapability() {
    assertThat(CudaDevices.judge(List.of(TURING)))
        .isEqualTo(new Availability.Absent("compute capability 7.5 < 8.0"));
  }

  @Test
  void noDeviceIsSaid() {
    assertThat(CudaDevices.judge(List.of())).isEqualTo(new Availability.Absent("no CUDA device"));
  }

  @Test
  void oneThatRunsIsEnoughAndAllKeepTheirIndexes() {
    assertThat(CudaDevices.judge(List.of(TURING, HOPPER)))
        .isEqualTo(new Availability.Present(List.of(TURING, HOPPER)));
    assertThat(TURING.supported()).isFalse();
    assertThat(HOPPER.supported()).isTrue();
    assertThat(HOPPER).hasToString("a card, compute capability 9.0, 80 GiB");
  }

  private static CudaDevice device(int index, int major, int minor) {
    return new CudaDevice(index, "a card", major, minor, 132, 13_000, 80L << 30);
  }
}
