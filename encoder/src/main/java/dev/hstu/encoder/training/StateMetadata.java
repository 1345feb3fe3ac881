package dev.hstu.encoder.training;

import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The strings in the header of a training's file, refused by name.
record StateMetadata(Path file, Map<String, String> values) {

  String text(String name) throws MalformedSafetensorsException {
    @Nullable String value = values.get(name);
    if (value == null) {
      throw malformed(name, "is this a training's file?");
    }
    return value;
  }

  double number(String name) throws MalformedSafetensorsException {
    try {
      return Double.parseDouble(text(name));
    } catch (NumberFormatException e) {
      throw malformed(name, "it must be a number");
    }
  }

  void requireFormat(String version) throws MalformedSafetensorsException {
    if (!text("format_version").equals(version)) {
      throw malformed("format_version", "this release reads " + version);
    }
  }

  MalformedSafetensorsException malformed(String name, String problem) {
    return new MalformedSafetensorsException(
        file, "metadata %s=%s: %s".formatted(name, values.get(name), problem));
  }
}
