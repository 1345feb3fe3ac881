package dev.hstu.kernels.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reads files written by the public implementation, where the folder of shared fixtures is
/// present.
class GoldenFilesTest {
  private static Path golden() {
    Path beside = Path.of(System.getProperty("hstu.root", "..")).resolve("../shared");
    return Path.of(System.getProperty("hstu.shared", beside.toString())).resolve("golden");
  }

  private static List<Path> goldenFiles() throws IOException {
    assumeThat(golden()).as("the folder of shared golden files").isDirectory();
    try (Stream<Path> files = Files.list(golden())) {
      return files.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList();
    }
  }

  @Test
  void everyTensorOfEveryGoldenFileReads() throws IOException {
    assertThat(goldenFiles()).isNotEmpty();
    for (Path path : goldenFiles()) {
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

  @Test
  void rewritingAGoldenFileGivesItsBytes(@TempDir Path directory) throws IOException {
    for (Path path : goldenFiles()) {
      Path copy = directory.resolve("copy.safetensors");
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        List<Tensor> inFileOrder = new ArrayList<>();
        for (String name : file.names()) {
          inFileOrder.add(file.tensor(name));
        }
        inFileOrder.sort(Comparator.comparingLong(tensor -> tensor.data().address()));
        List<TensorSpec> specs = inFileOrder.stream().map(Tensor::spec).toList();
        try (SafetensorsWriter writer = SafetensorsWriter.create(copy, file.metadata(), specs)) {
          for (Tensor tensor : inFileOrder) {
            writer.write(tensor.name(), tensor.data());
          }
          writer.commit();
        }
      }
      assertThat(copy).hasSameBinaryContentAs(path);
    }
  }
}
