package dev.hstu.retrieval.data;

import java.util.Arrays;

/// The fields of one record as ranges of a buffer, reused from record to record.
final class FieldRanges {

  private char[] chars = {};
  private int[] starts = new int[16];
  private int[] ends = new int[16];
  private int size;

  /// Forgets all fields; the next ones lie in `buffer`, shared.
  void reset(char[] buffer) {
    chars = buffer;
    size = 0;
  }

  void add(int start, int end) {
    if (size == starts.length) {
      starts = Arrays.copyOf(starts, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
    }
    starts[size] = start;
    ends[size] = end;
    size++;
  }

  int size() {
    return size;
  }

  void read(int field, Cell cell) {
    cell.setText(chars, starts[field], ends[field]);
  }

  String text(int field) {
    return new String(chars, starts[field], ends[field] - starts[field]);
  }

  /// Splits `buffer[start..end)` at each `separator`; quotes mean nothing here.
  void split(char[] buffer, int start, int end, String separator) {
    reset(buffer);
    char first = separator.charAt(0);
    int width = separator.length();
    int fieldStart = start;
    int i = start;
    while (i <= end - width) {
      if (buffer[i] == first && (width == 1 || buffer[i + 1] == separator.charAt(1))) {
        add(fieldStart, i);
        i += width;
        fieldStart = i;
      } else {
        i++;
      }
    }
    add(fieldStart, end);
  }
}
