package dev.hstu.kernels.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Reads files written by the public implementation, where the folder of shared fixtures is
/// present.
class GoldenFilesTest {
  private static Path golden() {
    Path beside = Path.of(System.getProperty("hstu.root", "..")).resolve("../shared");
    return Path.of(System.getProperty("hstu.shared", beside.toString())).resolve("golden");
  }

  @Test
  void everyTensorOfEveryGoldenFileReads() throws IOException {
    assumeThat(golden()).as("the folder of shared golden files").isDirectory();
    List<Path> paths;
    try (Stream<Path> files = Files.list(golden())) {
      paths = files.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList();
    }
    assertThat(paths).isNotEmpty();
    for (Path path : paths) {
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        assertThat(file.metadata()).containsKey("config");
        for (String name : file.names()) {
          Tensor tensor = file.tensor(name);
          if (tensor.dtype().isFloating()) {
            assertThat(Arrays.stream(tensor.toDoubles()).allMatch(Double::isFinite))
                .as("%s of %s is finite", name, path)
                .isTrue();
          } else {
            assertThat(tensor.toLongs())
                .as("%s of %s", name, path)
                .hasSize((int) tensor.elements());
          }
        }
      }
    }
  }
}
