package dev.hstu.retrieval.data;

import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;

/// Reads the shapes of HSTU off its tensors.
///
/// | tensor | shape | tells |
/// |---|---|---|
/// | item embeddings | `(V+1, D)` | items, dimension |
/// | positions | `(N, D)` | slots: kept events and output slots together |
/// | `Wo` of block 0 | `(D, h·dv)` | `h·dv` |
/// | `W` of block 0 | `(D, 2·h·dv + 2·h·dqk)` | `h·dqk` |
///
/// The temperature matters to training only and is the usual one.
final class CheckpointShapes {

  /// `Nout` of the public experiments.
  static final int USUAL_OUTPUT_SLOTS = 11;

  private static final double USUAL_TEMPERATURE = 0.05;
  private static final long ANY = SafetensorsFile.ANY_SIZE;

  private CheckpointShapes() {}

  static HstuConfig infer(SafetensorsFile file, String prefix, CheckpointImport.Shapes given)
      throws MalformedSafetensorsException {
    if (!file.contains(prefix + CheckpointNames.projection(0))) {
      throw new UnusableInputException(
          "'%s' has no tensor '%s' as HSTU has; give the shapes of another architecture by --config"
              .formatted(file.path(), prefix + CheckpointNames.projection(0)));
    }
    long[] items = shape(file, prefix + CheckpointNames.ITEM_EMBEDDINGS);
    long[] positions = shape(file, prefix + CheckpointNames.POSITIONS);
    long values = shape(file, prefix + CheckpointNames.output(0))[1];
    long queries = shape(file, prefix + CheckpointNames.projection(0))[1] / 2 - values;
    Integer heads = given.heads();
    if (heads == null) {
      throw new UnusableInputException(
          "the tensors of '%s' have %d value and %d query columns over all heads but do not tell the number of heads; give --heads or --config"
              .formatted(file.path(), values, queries));
    }
    if (heads < 1 || values % heads != 0 || queries % heads != 0) {
      throw new UnusableInputException(
          "heads=%d does not divide the %d value and %d query columns of '%s'; give the number it was trained with"
              .formatted(heads, values, queries, file.path()));
    }
    int slots = Math.toIntExact(positions[0]);
    int maxEvents = given.maxEvents() == null ? slots - USUAL_OUTPUT_SLOTS : given.maxEvents();
    if (maxEvents < 1 || maxEvents >= slots) {
      throw new UnusableInputException(
          "max-events=%d must be within 1..%d, the checkpoint having %d slots; set --max-events"
              .formatted(maxEvents, slots - 1, slots));
    }
    return new HstuConfig(
        Math.toIntExact(items[0] - 1),
        maxEvents,
        slots - maxEvents,
        Math.toIntExact(items[1]),
        heads,
        Math.toIntExact(queries / heads),
        Math.toIntExact(values / heads),
        blocks(file, prefix),
        USUAL_TEMPERATURE,
        1);
  }

  private static int blocks(SafetensorsFile file, String prefix) {
    int blocks = 0;
    while (file.contains(prefix + CheckpointNames.projection(blocks))) {
      blocks++;
    }
    return blocks;
  }

  private static long[] shape(SafetensorsFile file, String name)
      throws MalformedSafetensorsException {
    return file.tensor(name, DType.F32, ANY, ANY).shape();
  }
}
