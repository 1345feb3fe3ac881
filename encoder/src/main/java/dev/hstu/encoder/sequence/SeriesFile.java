package dev.hstu.encoder.sequence;

import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A [SeriesLog] as safetensors: `user_offsets` int64 `[U+1]`, `times` int64 `[entries]`, `codes`
/// int32 `[entries]`, a value's place among all values of all series, from 1; and the values of
/// series `i` as an [IdTable] under the prefix `values.i.`. Metadata: `name.i`, the series' names.
final class SeriesFile {

  private static final String OFFSETS = "user_offsets";
  private static final String TIMES = "times";
  private static final String CODES = "codes";
  private static final String NAME = "name.";

  private SeriesFile() {}

  /// @param items `V`, behind which the rows of the log begin
  static void write(Path target, SeriesLog log, int items) throws IOException {
    Map<String, String> names = new TreeMap<>();
    List<IdTable> values = new ArrayList<>();
    List<TensorSpec> specs = new ArrayList<>();
    specs.add(new TensorSpec(OFFSETS, DType.I64, log.offsets().length));
    specs.add(new TensorSpec(TIMES, DType.I64, log.entries()));
    specs.add(new TensorSpec(CODES, DType.I32, log.entries()));
    for (int i = 0; i < log.columns().size(); i++) {
      names.put(NAME + i, log.columns().get(i).name());
      values.add(IdTable.ofStrings(log.columns().get(i).values()));
      specs.addAll(values.get(i).specs(prefix(i)));
    }
    try (SafetensorsWriter writer = SafetensorsWriter.create(target, names, specs)) {
      writer.write(OFFSETS, log.offsets());
      writer.write(TIMES, log.times());
      writer.write(CODES, shifted(log.rows(), -items));
      for (int i = 0; i < values.size(); i++) {
        values.get(i).writeTo(writer, prefix(i));
      }
      writer.commit();
    }
  }

  /// @throws IllegalArgumentException when the parts don't fit each other
  static SeriesLog read(Path source, int users, int items) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(source)) {
      List<SeriesColumn> columns = new ArrayList<>();
      for (int i = 0; file.metadata().containsKey(NAME + i); i++) {
        IdTable values = IdTable.readFrom(file, prefix(i));
        List<String> texts = new ArrayList<>();
        for (int row = 0; row < values.size(); row++) {
          texts.add(values.idAt(row));
        }
        columns.add(new SeriesColumn(file.metadata().get(NAME + i), texts));
      }
      int[] codes = file.tensor(CODES).toInts();
      return new SeriesLog(
          columns,
          file.tensor(OFFSETS, DType.I64, users + 1L).toLongs(),
          series(codes, columns),
          shifted(codes, items),
          file.tensor(TIMES, DType.I64, codes.length).toLongs());
    }
  }

  private static int[] series(int[] codes, List<SeriesColumn> columns) {
    int[] seriesOf = new int[SeriesColumn.rows(columns)];
    int code = 0;
    for (int i = 0; i < columns.size(); i++) {
      for (int value = 0; value < columns.get(i).values().size(); value++) {
        seriesOf[code++] = i;
      }
    }
    int[] series = new int[codes.length];
    for (int i = 0; i < codes.length; i++) {
      if (codes[i] < 1 || codes[i] > seriesOf.length) {
        throw new IllegalArgumentException(
            "code %d of series entry %d must be within 1..%d"
                .formatted(codes[i], i, seriesOf.length));
      }
      series[i] = seriesOf[codes[i] - 1];
    }
    return series;
  }

  private static int[] shifted(int[] values, int by) {
    int[] shifted = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      shifted[i] = values[i] + by;
    }
    return shifted;
  }

  private static String prefix(int series) {
    return "values." + series + ".";
  }
}
