package dev.hstu.retrieval.gate;

import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.FormatVersion;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
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

/// [GoldenUsers] as safetensors: `user_offsets` int64 `[U+1]`, `times` int64 `[events]`,
/// `item_rows` int32 `[events]` from 1, `actions` float32 `[events]`, and the item ids as [IdTable]
/// stores them after `item.`. Metadata: `format` = `hstu.golden-users`, `format_version`, `clock`,
/// `data_fingerprint`, `newest_event`.
final class GoldenUsersFile {

  private static final FormatVersion FORMAT = new FormatVersion("hstu.golden-users", 1, 1);
  private static final String OFFSETS = "user_offsets";
  private static final String TIMES = "times";
  private static final String ROWS = "item_rows";
  private static final String ACTIONS = "actions";
  private static final String ITEMS = "item.";
  private static final String CLOCK = "clock";
  private static final String DATA = "data_fingerprint";
  private static final String NEWEST = "newest_event";

  private GoldenUsersFile() {}

  static void write(Path target, GoldenUsers golden) throws IOException {
    Map<String, String> metadata = new TreeMap<>();
    FORMAT.addTo(metadata);
    metadata.put(CLOCK, golden.clock());
    metadata.put(DATA, golden.dataFingerprint());
    metadata.put(NEWEST, Long.toString(golden.newestEvent()));
    InteractionLog log = golden.log();
    long events = log.events();
    List<TensorSpec> specs = new ArrayList<>(golden.items().specs(ITEMS));
    specs.add(new TensorSpec(OFFSETS, DType.I64, log.users() + 1L));
    specs.add(new TensorSpec(TIMES, DType.I64, events));
    specs.add(new TensorSpec(ROWS, DType.I32, events));
    specs.add(new TensorSpec(ACTIONS, DType.F32, events));
    try (SafetensorsWriter writer = SafetensorsWriter.create(target, metadata, specs)) {
      golden.items().writeTo(writer, ITEMS);
      writer.write(OFFSETS, log.offsets());
      writer.write(TIMES, log.times());
      writer.write(ROWS, log.items());
      writer.write(ACTIONS, log.actions());
      writer.commit();
    }
  }

  static GoldenUsers read(Path source) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(source)) {
      FORMAT.check(file);
      long[] times = file.tensor(TIMES, DType.I64, SafetensorsFile.ANY_SIZE).toLongs();
      InteractionLog log =
          new InteractionLog(
              file.tensor(OFFSETS, DType.I64, SafetensorsFile.ANY_SIZE).toLongs(),
              file.tensor(ROWS, DType.I32, times.length).toInts(),
              times,
              file.tensor(ACTIONS, DType.F32, times.length).toFloats());
      return new GoldenUsers(
          log,
          IdTable.readFrom(file, ITEMS),
          file.metadata().getOrDefault(CLOCK, ""),
          file.metadata().getOrDefault(DATA, ""),
          Long.parseLong(file.metadata().getOrDefault(NEWEST, "")));
    } catch (IllegalArgumentException e) {
      throw new MalformedSafetensorsException(source, e.getMessage());
    }
  }
}
