package dev.hstu.kernels.tables;

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

/// One float64 a row, NaN where missing. As a tensor: `number.COLUMN` float64 `[rows]`.
final class NumberValues implements ColumnValues {
  private static final String PREFIX = "number.";

  private final double[] numbers;

  /// Takes over the array.
  NumberValues(double[] numbers) {
    this.numbers = numbers;
  }

  static NumberValues read(SafetensorsFile file, String column)
      throws MalformedSafetensorsException {
    Tensor tensor = file.tensor(PREFIX + column, DType.F64, SafetensorsFile.ANY_SIZE);
    RowOffsets.checkRows(file, tensor, tensor.elements());
    return new NumberValues(tensor.toDoubles());
  }

  double at(int row) {
    return numbers[row];
  }

  @Override
  public int rows() {
    return numbers.length;
  }

  @Override
  public List<TensorSpec> specs(String column) {
    return List.of(new TensorSpec(PREFIX + column, DType.F64, numbers.length));
  }

  @Override
  public void writeTo(SafetensorsWriter writer, String column) throws IOException {
    writer.write(PREFIX + column, numbers);
  }

  @Override
  public NumberValues select(int[] rows) {
    double[] selected = new double[rows.length];
    Arrays.setAll(selected, i -> rows[i] == IdTable.NOT_FOUND ? Double.NaN : numbers[rows[i]]);
    return new NumberValues(selected);
  }

  @Override
  public void digest(ContentDigest digest) {
    for (double number : numbers) {
      digest.add(number);
    }
  }
}
