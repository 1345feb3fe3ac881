package dev.hstu.kernels.tables;

import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.storage.ContentDigest;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One text a row, empty where missing. As tensors: the [StringColumn] `text.COLUMN`.
record TextValues(StringColumn texts) implements ColumnValues {
  private static final String PREFIX = "text.";

  static TextValues read(SafetensorsFile file, String column) throws MalformedSafetensorsException {
    return new TextValues(StringColumn.readFrom(file, PREFIX + column));
  }

  @Nullable String at(int row) {
    String text = texts.get(row);
    return text.isEmpty() ? null : text;
  }

  @Override
  public int rows() {
    return texts.size();
  }

  @Override
  public List<TensorSpec> specs(String column) {
    return texts.specs(PREFIX + column);
  }

  @Override
  public void writeTo(SafetensorsWriter writer, String column) throws IOException {
    texts.writeTo(writer, PREFIX + column);
  }

  @Override
  public TextValues select(int[] rows) {
    StringColumn.Builder selected = new StringColumn.Builder();
    for (int row : rows) {
      if (row == IdTable.NOT_FOUND) {
        selected.add("");
      } else {
        selected.add(texts, row);
      }
    }
    return new TextValues(selected.build());
  }

  @Override
  public void digest(ContentDigest digest) {
    texts.digest(digest);
  }
}
