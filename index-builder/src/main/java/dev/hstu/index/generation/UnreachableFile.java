package dev.hstu.index.generation;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.RepairedIndex;
import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.FormatVersion;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Rows that an index cannot come to by itself, as a file: safetensors `rows` int32 `[n]`, metadata
/// `format` = `hstu.unreachable` and `format_version`. A generation with none has no such file.
public final class UnreachableFile {

  private static final FormatVersion FORMAT = new FormatVersion("hstu.unreachable", 1, 1);
  private static final String TENSOR = "rows";

  private UnreachableFile() {}

  /// Replaces `target` wholly or not at all.
  public static void write(Path target, int[] rows) throws IOException {
    Map<String, String> metadata = new TreeMap<>();
    FORMAT.addTo(metadata);
    TensorSpec spec = new TensorSpec(TENSOR, DType.I32, rows.length);
    try (SafetensorsWriter writer = SafetensorsWriter.create(target, metadata, List.of(spec))) {
      writer.write(TENSOR, rows);
      writer.commit();
    }
  }

  /// The index with the rows of the file searched beside it; the index itself where there is no
  /// file.
  static ItemIndex repair(ItemIndex index, VectorMatrix vectors, Path source) throws IOException {
    if (!Files.exists(source)) {
      return index;
    }
    try (SafetensorsFile file = SafetensorsFile.open(source)) {
      FORMAT.check(file);
      int[] rows = file.tensor(TENSOR, DType.I32, SafetensorsFile.ANY_SIZE).toInts();
      return new RepairedIndex(index, vectors, rows);
    }
  }
}
