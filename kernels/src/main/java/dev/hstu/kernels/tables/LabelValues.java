package dev.hstu.kernels.tables;

import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.Tensor;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.storage.ContentDigest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/// A list of labels a row, each distinct label kept once.
///
/// As tensors: `labels.COLUMN_offsets` int64 `[rows+1]` into `labels.COLUMN_codes` int32, which are
/// rows of the [StringColumn] `label_values.COLUMN`. Codes are numbered by first use, so equal
/// contents have equal tensors.
final class LabelValues implements ColumnValues {
  private static final String PREFIX = "labels.";
  private static final String VALUES_PREFIX = "label_values.";

  private final StringColumn values;
  private final int[] codes;
  private final int[] offsets;

  private LabelValues(StringColumn values, int[] codes, int[] offsets) {
    this.values = values;
    this.codes = codes;
    this.offsets = offsets;
  }

  static LabelValues read(SafetensorsFile file, String column)
      throws MalformedSafetensorsException {
    Tensor offsets = file.tensor(PREFIX + column + "_offsets", DType.I64, SafetensorsFile.ANY_SIZE);
    Tensor codes = file.tensor(PREFIX + column + "_codes", DType.I32, SafetensorsFile.ANY_SIZE);
    RowOffsets.checkArray(file, codes);
    int[] rowOffsets = RowOffsets.read(file, offsets, codes.elements());
    StringColumn values = StringColumn.readFrom(file, VALUES_PREFIX + column);
    LabelValues labels = new LabelValues(values, codes.toInts(), rowOffsets);
    labels.checkCodes(file, codes);
    labels.checkDistinct(file, column);
    return labels;
  }

  List<String> at(int row) {
    Objects.checkIndex(row, rows());
    List<String> labels = new ArrayList<>(offsets[row + 1] - offsets[row]);
    for (int i = offsets[row]; i < offsets[row + 1]; i++) {
      labels.add(values.get(codes[i]));
    }
    return Collections.unmodifiableList(labels);
  }

  /// The distinct labels by code.
  StringColumn values() {
    return values;
  }

  void forEach(LabelVisitor visitor) {
    for (int row = 0; row < rows(); row++) {
      for (int i = offsets[row]; i < offsets[row + 1]; i++) {
        visitor.visit(row, codes[i]);
      }
    }
  }

  @Override
  public int rows() {
    return offsets.length - 1;
  }

  @Override
  public List<TensorSpec> specs(String column) {
    List<TensorSpec> specs = new ArrayList<>();
    specs.add(new TensorSpec(PREFIX + column + "_offsets", DType.I64, offsets.length));
    specs.add(new TensorSpec(PREFIX + column + "_codes", DType.I32, codes.length));
    specs.addAll(values.specs(VALUES_PREFIX + column));
    return specs;
  }

  @Override
  public void writeTo(SafetensorsWriter writer, String column) throws IOException {
    writer.write(PREFIX + column + "_offsets", offsets);
    writer.write(PREFIX + column + "_codes", codes);
    values.writeTo(writer, VALUES_PREFIX + column);
  }

  @Override
  public LabelValues select(int[] rows) {
    Builder selected = new Builder();
    for (int row : rows) {
      if (row != IdTable.NOT_FOUND) {
        for (int i = offsets[row]; i < offsets[row + 1]; i++) {
          selected.add(values.utf8(codes[i]));
        }
      }
      selected.endRow();
    }
    return selected.build();
  }

  @Override
  public void digest(ContentDigest digest) {
    values.digest(digest);
    for (int i = 1; i < offsets.length; i++) {
      digest.add((long) offsets[i]);
    }
    for (int code : codes) {
      digest.add((long) code);
    }
  }

  private void checkCodes(SafetensorsFile file, Tensor tensor)
      throws MalformedSafetensorsException {
    int used = 0;
    for (int i = 0; i < codes.length; i++) {
      int greatest = Math.min(used, values.size() - 1);
      if (codes[i] < 0 || codes[i] > greatest) {
        throw new MalformedSafetensorsException(
            file.path(),
            "tensor '%s': code %d at %d must be within 0..%d: codes are numbered by first use"
                .formatted(tensor.name(), codes[i], i, greatest));
      }
      used = Math.max(used, codes[i] + 1);
    }
    if (used != values.size()) {
      throw new MalformedSafetensorsException(
          file.path(),
          "tensor '%s' uses %d of %d label values; each must be used"
              .formatted(tensor.name(), used, values.size()));
    }
  }

  private void checkDistinct(SafetensorsFile file, String column)
      throws MalformedSafetensorsException {
    Utf8Rows distinct = new Utf8Rows();
    for (int code = 0; code < values.size(); code++) {
      if (distinct.findOrAdd(values.utf8(code)) != code) {
        throw new MalformedSafetensorsException(
            file.path(),
            "column '%s': label '%s' stands twice in its values"
                .formatted(column, values.get(code)));
      }
    }
  }

  /// Collects the labels row by row.
  static final class Builder {
    private final Utf8Rows values = new Utf8Rows();
    private int[] codes = new int[16];
    private int labels;
    private int[] offsets = new int[16];
    private int rows;

    void add(byte[] label) {
      if (labels == codes.length) {
        codes = Arrays.copyOf(codes, ArrayGrowth.next(labels));
      }
      codes[labels++] = values.findOrAdd(label);
    }

    void endRow() {
      if (rows + 1 == offsets.length) {
        offsets = Arrays.copyOf(offsets, ArrayGrowth.next(offsets.length));
      }
      offsets[++rows] = labels;
    }

    LabelValues build() {
      values.trim();
      return new LabelValues(
          values.strings(), Arrays.copyOf(codes, labels), Arrays.copyOf(offsets, rows + 1));
    }
  }
}
