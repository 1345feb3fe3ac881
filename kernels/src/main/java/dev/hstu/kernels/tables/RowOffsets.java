package dev.hstu.kernels.tables;

import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.Tensor;

/// Reads the offsets of row-compressed data: `[rows+1]`, from 0, never falling, ending at the
/// number of values.
final class RowOffsets {
  private RowOffsets() {}

  static int[] read(SafetensorsFile file, Tensor offsets, long values)
      throws MalformedSafetensorsException {
    long count = offsets.elements();
    checkRows(file, offsets, count - 1);
    int[] result = new int[(int) count];
    long previous = 0;
    for (int row = 0; row < result.length; row++) {
      long offset = offsets.longAt(row);
      if (offset < previous || offset > values || row == 0 && offset != 0) {
        throw new MalformedSafetensorsException(
            file.path(),
            "tensor '%s': offset %d at %d must be within %d..%d"
                .formatted(offsets.name(), offset, row, previous, row == 0 ? 0 : values));
      }
      previous = offset;
      result[row] = (int) offset;
    }
    if (previous != values) {
      throw new MalformedSafetensorsException(
          file.path(),
          "tensor '%s' ends at %d, expected %d".formatted(offsets.name(), previous, values));
    }
    return result;
  }

  static void checkRows(SafetensorsFile file, Tensor tensor, long rows)
      throws MalformedSafetensorsException {
    if (rows < 0 || rows > IdTable.MAX_ROWS) {
      throw new MalformedSafetensorsException(
          file.path(),
          "tensor '%s' has %d rows, must be within 0..%d"
              .formatted(tensor.name(), rows, IdTable.MAX_ROWS));
    }
  }

  /// Checks that the values fit one array.
  static void checkArray(SafetensorsFile file, Tensor values) throws MalformedSafetensorsException {
    if (values.elements() > ArrayGrowth.MAX_LENGTH) {
      throw new MalformedSafetensorsException(
          file.path(),
          "tensor '%s' has %d values, must be within 0..%d"
              .formatted(values.name(), values.elements(), ArrayGrowth.MAX_LENGTH));
    }
  }
}
