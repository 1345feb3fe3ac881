package dev.hstu.encoder.sequence;

import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// An [InteractionLog] as safetensors: `user_offsets` int64 `[U+1]`, `times` int64 `[events]`,
/// `item_rows` int32 `[events]`, `actions` float32 `[events]`.
final class InteractionFile {

  private static final String OFFSETS = "user_offsets";
  private static final String TIMES = "times";
  private static final String ITEMS = "item_rows";
  private static final String ACTIONS = "actions";

  private InteractionFile() {}

  static void write(Path target, InteractionLog log) throws IOException {
    long events = log.events();
    List<TensorSpec> specs =
        List.of(
            new TensorSpec(OFFSETS, DType.I64, log.users() + 1L),
            new TensorSpec(TIMES, DType.I64, events),
            new TensorSpec(ITEMS, DType.I32, events),
            new TensorSpec(ACTIONS, DType.F32, events));
    try (SafetensorsWriter writer = SafetensorsWriter.create(target, Map.of(), specs)) {
      writer.write(OFFSETS, log.offsets());
      writer.write(TIMES, log.times());
      writer.write(ITEMS, log.items());
      writer.write(ACTIONS, log.actions());
      writer.commit();
    }
  }

  static InteractionLog read(Path source, int users, int events) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(source)) {
      return new InteractionLog(
          file.tensor(OFFSETS, DType.I64, users + 1L).toLongs(),
          file.tensor(ITEMS, DType.I32, events).toInts(),
          file.tensor(TIMES, DType.I64, events).toLongs(),
          file.tensor(ACTIONS, DType.F32, events).toFloats());
    }
  }
}
