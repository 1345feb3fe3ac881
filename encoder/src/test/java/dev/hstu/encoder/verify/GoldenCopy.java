package dev.hstu.encoder.verify;

import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.Tensor;
import dev.hstu.kernels.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Golden files with something wrong in them.
final class GoldenCopy {

  private GoldenCopy() {}

  /// Copies `source` with the bytes of one tensor changed.
  ///
  /// @param change changes the values in place, little-endian
  static void withTensor(Path source, Path target, String tensor, Consumer<ByteBuffer> change)
      throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(source)) {
      byte[] bytes = file.tensor(tensor).toBytes();
      change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
      copy(file, target, file.metadata(), Map.of(tensor, bytes));
    }
  }

  /// Copies `source` with another text in its configuration.
  static void withConfig(Path source, Path target, String text, String replacement)
      throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(source)) {
      String config = file.metadata().get("config").replace(text, replacement);
      copy(file, target, Map.of("config", config), Map.of());
    }
  }

  /// Copies `source` without its metadata.
  static void withoutConfig(Path source, Path target) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(source)) {
      copy(file, target, Map.of(), Map.of());
    }
  }

  private static void copy(
      SafetensorsFile file, Path target, Map<String, String> metadata, Map<String, byte[]> changed)
      throws IOException {
    List<TensorSpec> specs = new ArrayList<>();
    for (String name : file.names()) {
      specs.add(file.tensor(name).spec());
    }
    try (SafetensorsWriter writer = SafetensorsWriter.create(target, metadata, specs)) {
      for (TensorSpec spec : specs) {
        Tensor tensor = file.tensor(spec.name());
        writer.write(spec.name(), changed.getOrDefault(spec.name(), tensor.toBytes()));
      }
      writer.commit();
    }
  }
}
