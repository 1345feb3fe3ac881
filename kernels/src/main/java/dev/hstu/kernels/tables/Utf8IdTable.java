package dev.hstu.kernels.tables;

import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.storage.ContentDigest;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Ids that are strings.
final class Utf8IdTable implements IdTable {
  static final String ID = "id";

  private final Utf8Rows rows;

  /// Takes over `rows`, which nobody changes any more.
  Utf8IdTable(Utf8Rows rows) {
    this.rows = rows;
  }

  static IdTable read(SafetensorsFile file, String prefix) throws MalformedSafetensorsException {
    StringColumn ids = StringColumn.readFrom(file, prefix + ID);
    Utf8Rows rows = new Utf8Rows();
    for (int row = 0; row < ids.size(); row++) {
      String problem = null;
      if (ids.byteLength(row) == 0 || ids.byteLength(row) > MAX_ID_BYTES) {
        problem =
            "id of %d bytes in row %d must be within 1..%d"
                .formatted(ids.byteLength(row), row, MAX_ID_BYTES);
      } else {
        int found = rows.findOrAdd(ids.utf8(row));
        if (found != row) {
          problem = "id '%s' stands in rows %d and %d".formatted(ids.get(row), found, row);
        }
      }
      if (row % Int64IdTable.ROWS_AT_ONCE == 0) {
        BackgroundThreads.giveWay();
      }
      if (problem != null) {
        throw new MalformedSafetensorsException(
            file.path(), "tensor '%s': %s".formatted(prefix + ID + "_bytes", problem));
      }
    }
    rows.trim();
    return new Utf8IdTable(rows);
  }

  @Override
  public IdType type() {
    return IdType.UTF8;
  }

  @Override
  public int size() {
    return rows.strings().size();
  }

  @Override
  public int rowOf(String external) {
    byte[] utf8 = Utf8.encode(external);
    return utf8 == null ? NOT_FOUND : rows.find(utf8);
  }

  @Override
  public int rowOf(long external) {
    return rowOf(Long.toString(external));
  }

  @Override
  public void rowsOf(String[] externals, int[] rows) {
    byte[] @Nullable [] utf8 = new byte[externals.length][];
    for (int i = 0; i < externals.length; i++) {
      utf8[i] = Utf8.encode(externals[i]);
    }
    this.rows.findAll(utf8, rows);
  }

  @Override
  public String idAt(int row) {
    return rows.strings().get(Objects.checkIndex(row, size()));
  }

  @Override
  public String[] idsAt(int[] rows) {
    String[] ids = new String[rows.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = idAt(rows[i]);
    }
    return ids;
  }

  @Override
  public long longAt(int row) {
    throw new IllegalStateException("row " + row + " of a UTF8 table has no long; use idAt");
  }

  @Override
  public boolean startsWith(IdTable other) {
    return other instanceof Utf8IdTable texts && rows.strings().startsWith(texts.rows.strings());
  }

  @Override
  public List<TensorSpec> specs(String prefix) {
    return rows.strings().specs(prefix + ID);
  }

  @Override
  public void writeTo(SafetensorsWriter writer, String prefix) throws IOException {
    rows.strings().writeTo(writer, prefix + ID);
  }

  @Override
  public void digest(ContentDigest digest) {
    digest.add(type().name());
    rows.strings().digest(digest);
  }
}
