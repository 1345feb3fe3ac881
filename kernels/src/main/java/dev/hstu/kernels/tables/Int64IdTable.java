package dev.hstu.kernels.tables;

import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.Tensor;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.storage.ContentDigest;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Ids that are 64-bit integers.
final class Int64IdTable implements IdTable {
  static final String IDS = "ids";

  /// Read in some ten microseconds.
  static final int ROWS_AT_ONCE = 1_024;

  private final Int64Rows rows;

  /// Takes over `rows`, which nobody changes any more.
  Int64IdTable(Int64Rows rows) {
    this.rows = rows;
  }

  static IdTable read(SafetensorsFile file, String prefix) throws MalformedSafetensorsException {
    Tensor ids = file.tensor(prefix + IDS, DType.I64, SafetensorsFile.ANY_SIZE);
    RowOffsets.checkRows(file, ids, ids.elements());
    Int64Rows rows = new Int64Rows((int) ids.elements());
    for (int row = 0; row < ids.elements(); row++) {
      long id = ids.longAt(row);
      int found = rows.findOrAdd(id);
      if (found != row) {
        throw new MalformedSafetensorsException(
            file.path(),
            "tensor '%s': id %d stands in rows %d and %d".formatted(ids.name(), id, found, row));
      }
      if (row % ROWS_AT_ONCE == 0) {
        BackgroundThreads.giveWay();
      }
    }
    rows.trim();
    return new Int64IdTable(rows);
  }

  @Override
  public IdType type() {
    return IdType.INT64;
  }

  @Override
  public int size() {
    return rows.size();
  }

  @Override
  public int rowOf(String external) {
    return Int64Text.isCanonical(external) ? rows.find(Long.parseLong(external)) : NOT_FOUND;
  }

  @Override
  public int rowOf(long external) {
    return rows.find(external);
  }

  @Override
  public void rowsOf(String[] externals, int[] rows) {
    long[] ids = new long[externals.length];
    for (int i = 0; i < ids.length; i++) {
      boolean canonical = Int64Text.isCanonical(externals[i]);
      ids[i] = canonical ? Long.parseLong(externals[i]) : 0;
      rows[i] = canonical ? 0 : NOT_FOUND;
    }
    this.rows.findAll(ids, rows);
  }

  @Override
  public String idAt(int row) {
    return Long.toString(longAt(row));
  }

  @Override
  public String[] idsAt(int[] rows) {
    long[] ids = new long[rows.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = longAt(rows[i]);
    }
    String[] texts = new String[ids.length];
    for (int i = 0; i < ids.length; i++) {
      texts[i] = Long.toString(ids[i]);
    }
    return texts;
  }

  @Override
  public long longAt(int row) {
    return rows.value(Objects.checkIndex(row, size()));
  }

  @Override
  public boolean startsWith(IdTable other) {
    return other instanceof Int64IdTable longs
        && longs.size() <= size()
        && Arrays.equals(rows.values(), 0, longs.size(), longs.rows.values(), 0, longs.size());
  }

  @Override
  public List<TensorSpec> specs(String prefix) {
    return List.of(new TensorSpec(prefix + IDS, DType.I64, size()));
  }

  @Override
  public void writeTo(SafetensorsWriter writer, String prefix) throws IOException {
    writer.begin(prefix + IDS);
    writer.append(rows.values(), 0, size());
  }

  @Override
  public void digest(ContentDigest digest) {
    digest.add(type().name()).add(rows.values(), 0, size());
  }
}
