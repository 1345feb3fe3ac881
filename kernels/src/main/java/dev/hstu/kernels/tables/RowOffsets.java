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
    if (count < 1 || count > RowSlots.MAX_ROWS + 1L) {
      throw new MalformedSafetensorsException(
          file.path(),
          "tensor '%s' has %d offsets, expected rows + 1 within 1..%d"
              .formatted(offsets.name(), count, RowSlots.MAX_ROWS + 1L));
    }
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
}
