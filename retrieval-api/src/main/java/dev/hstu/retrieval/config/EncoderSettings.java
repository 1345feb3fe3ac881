package dev.hstu.retrieval.config;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.Precision;
import java.util.List;
import java.util.stream.Stream;

/// Which engine turns histories into user embeddings; `encoder.*`. There is no silent fallback: an
/// engine or device that is not there stops the start.
public record EncoderSettings(EngineChoice choice) {

  private static final String AUTO = "auto";

  static final Setting<String> ENGINE =
      Setting.choice(
          "encoder.engine",
          Engine.DJL.id(),
          Stream.of(Engine.values()).map(Engine::id).toList(),
          "djl is PyTorch, the fast one on a CPU; reference is plain Java; cuda is this"
              + " project's own kernels on a GPU; hstu engines says which can run here.");
  static final Setting<String> DEVICE =
      Setting.matching(
          "encoder.device",
          AUTO,
          "auto|cpu|gpu[0-9]{1,2}",
          "auto, cpu or gpu0, gpu1, ...",
          "Where the engine computes; auto is the CPU, for cuda gpu0.");
  static final Setting<String> PRECISION =
      Setting.choice(
          "encoder.precision",
          AUTO,
          Stream.concat(Stream.of(AUTO), Stream.of(Precision.values()).map(Precision::id)).toList(),
          "auto is float32, for cuda bfloat16; float64 is for checking, with the reference engine.");
  static final Setting<Integer> THREADS =
      Setting.integer(
          "encoder.threads",
          1,
          1,
          EngineChoice.MAX_THREADS,
          "Threads of one encode; requests already run side by side, one a worker.");

  static final List<Setting<?>> SETTINGS = List.of(ENGINE, DEVICE, PRECISION, THREADS);

  static EncoderSettings from(SettingValues values) {
    EngineChoice usual = EngineChoice.of(Engine.parse(values.get(ENGINE)));
    String device = values.get(DEVICE);
    String precision = values.get(PRECISION);
    return new EncoderSettings(
        usual
            .withDevice(device.equals(AUTO) ? usual.device() : device)
            .withPrecision(precision.equals(AUTO) ? usual.precision() : Precision.parse(precision))
            .withThreads(values.get(THREADS)));
  }
}
