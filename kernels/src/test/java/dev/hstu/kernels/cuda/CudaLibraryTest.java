package dev.hstu.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A library that can't be used is refused with the reason and the mend, and never by a crash.
class CudaLibraryTest {

  private static final Path COMPILER = Path.of("/usr/bin/cc");

  @TempDir private Path folder;

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path absent = folder.resolve("absent.so");
    assertThat(reason(absent))
        .isEqualTo(
            "library not found: %s is no file; mend -Dhstu.cuda.library or HSTU_CUDA_LIBRARY"
                .formatted(absent));
    assertThat(reason(folder)).startsWith("library not found: ");
  }

  @Test
  void aFileThatIsNoLibraryIsNamed() throws IOException {
    Path text = Files.writeString(folder.resolve("text.so"), "no machine code");
    assertThat(reason(text)).startsWith("library not loaded: " + text);
  }

  @Test
  void aLibraryOfSomethingElseIsNamed() throws Exception {
    Path other = compiled("int something(void) { return 1; }");
    assertThat(reason(other)).isEqualTo("library not loaded: %s is no libhstu_cuda.so", other);
  }

  @Test
  void aLibraryOfAnotherInterfaceIsRefusedWithBothNumbers() throws Exception {
    Path newer = compiled("int hstu_cuda_interface(void) { return 99; }");
    assertThat(reason(newer))
        .isEqualTo(
            "library of another release: %s has interface 99, this release %d; run"
                + " kernels/build-cuda",
            newer, CudaLibrary.INTERFACE);
  }

  @Test
  void oneOfThisInterfaceIsLoaded() throws Exception {
    Path same =
        compiled("int hstu_cuda_interface(void) { return %d; }".formatted(CudaLibrary.INTERFACE));
    assertThat(CudaLibrary.load(same)).isInstanceOf(CudaLibrary.Loaded.class);
  }

  private static String reason(Path library) {
    return switch (CudaLibrary.load(library)) {
      case CudaLibrary.Refused refused -> refused.reason();
      case CudaLibrary.Loaded loaded -> "loaded";
    };
  }

  private Path compiled(String source) throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(COMPILER), "no C compiler at " + COMPILER);
    Path file = Files.writeString(folder.resolve("library.c"), source);
    Path library = folder.resolve("library.so");
    Process compiler =
        new ProcessBuilder(
                COMPILER.toString(), "-shared", "-fPIC", "-o", library.toString(), file.toString())
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();
    return library;
  }
}
