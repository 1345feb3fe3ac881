package dev.hstu.kernels.tables;

import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.storage.ContentDigest;
import java.io.IOException;
import java.util.List;

/// The values of one column, whatever its kind. Immutable.
sealed interface ColumnValues permits TextValues, LabelValues, NumberValues {
  int rows();

  List<TensorSpec> specs(String column);

  /// Writes the tensors of [#specs], in its order.
  void writeTo(SafetensorsWriter writer, String column) throws IOException;

  /// The values of these rows in this order; [IdTable#NOT_FOUND] gives a missing value.
  ColumnValues select(int[] rows);

  void digest(ContentDigest digest);

  static ColumnValues read(SafetensorsFile file, AttributeColumn column)
      throws MalformedSafetensorsException {
    return switch (column.kind()) {
      case TEXT -> TextValues.read(file, column.name());
      case LABELS -> LabelValues.read(file, column.name());
      case NUMBER -> NumberValues.read(file, column.name());
    };
  }
}
