package dev.hstu.index.catalog;

import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.FormatVersion;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Interactions of each item as a file: safetensors `popularity` int64 `[items]`, metadata `format`
/// = `hstu.popularity` and `format_version`.
public final class PopularityFile {

  private static final FormatVersion FORMAT = new FormatVersion("hstu.popularity", 1, 1);
  private static final String TENSOR = "popularity";

  private PopularityFile() {}

  /// Replaces `target` wholly or not at all.
  public static void write(Path target, long[] popularity) throws IOException {
    Map<String, String> metadata = new TreeMap<>();
    FORMAT.addTo(metadata);
    TensorSpec spec = new TensorSpec(TENSOR, DType.I64, popularity.length);
    try (SafetensorsWriter writer = SafetensorsWriter.create(target, metadata, List.of(spec))) {
      writer.write(TENSOR, popularity);
      writer.commit();
    }
  }

  /// Reads what [#write] wrote.
  public static long[] read(Path source) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(source)) {
      FORMAT.check(file);
      return file.tensor(TENSOR, DType.I64, SafetensorsFile.ANY_SIZE).toLongs();
    }
  }
}
