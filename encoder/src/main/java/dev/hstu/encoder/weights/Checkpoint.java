package dev.hstu.encoder.weights;

import dev.hstu.encoder.model.BlockWeights;
import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.Tensor;
import dev.hstu.kernels.safetensors.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The tensors of networks as a safetensors file under the public implementation's names
/// ([CheckpointNames]), so that models move between it and this project without conversion.
public final class Checkpoint {

  private Checkpoint() {}

  /// Reads the weights of a model of these shapes. The item embeddings stay mapped and live as long
  /// as `file` is open; everything else is copied. Tensors of other names are ignored.
  ///
  /// @param prefix stands before every public name in the file, mostly empty
  /// @throws MalformedSafetensorsException naming the tensor that is missing or has another shape
  public static ModelWeights read(SafetensorsFile file, String prefix, NetworkConfig config)
      throws MalformedSafetensorsException {
    return read(file, prefix, config, CheckpointNames.specs(config));
  }

  /// Reads values of another kind than weights (moments) under the names of a model's tensors.
  ///
  /// @param specs what they are to be: the names of `config` with shapes of their own
  /// @throws MalformedSafetensorsException naming the tensor that is missing or has another shape
  public static ModelWeights read(
      SafetensorsFile file, String prefix, NetworkConfig config, List<TensorSpec> specs)
      throws MalformedSafetensorsException {
    for (TensorSpec spec : specs) {
      file.tensor(prefix + spec.name(), spec.dtype(), spec.shape());
    }
    List<BlockWeights> blocks = new ArrayList<>();
    for (int i = 0; i < config.blocks(); i++) {
      List<float[]> tensors = new ArrayList<>();
      for (TensorSpec spec : CheckpointNames.block(config, i)) {
        tensors.add(floats(file, prefix + spec.name()));
      }
      blocks.add(BlockWeights.of(config, tensors));
    }
    Tensor items = file.tensor(prefix + CheckpointNames.ITEM_EMBEDDINGS);
    ModelFeatures features = config.features();
    return new ModelWeights(
        items.data(),
        floats(file, prefix + CheckpointNames.POSITIONS),
        blocks,
        features.labelRows() == 0 ? new float[0] : floats(file, prefix + CheckpointNames.LABELS),
        features.actionRows() == 0 ? new float[0] : floats(file, prefix + CheckpointNames.ACTIONS),
        features.seriesRows() == 0 ? new float[0] : floats(file, prefix + CheckpointNames.SERIES));
  }

  /// One network's weights in a file.
  ///
  /// @param prefix stands before every public name, mostly empty
  public record Group(String prefix, NetworkConfig config, ModelWeights weights) {
    public Group {
      weights.requireShapes(config);
    }
  }

  /// Writes the weights, sorted by name, replacing `target` wholly or not at all.
  ///
  /// @param groups with prefixes of which none begins another
  public static void write(Path target, Map<String, String> metadata, List<Group> groups)
      throws IOException {
    List<TensorSpec> specs = new ArrayList<>();
    SortedMap<String, MemorySegment> tensors = new TreeMap<>();
    for (Group group : groups) {
      CheckpointNames.specs(group.config).forEach(spec -> specs.add(spec.withPrefix(group.prefix)));
      CheckpointNames.tensors(group.config, group.weights)
          .forEach((name, values) -> tensors.put(group.prefix + name, values));
    }
    specs.sort(Comparator.comparing(TensorSpec::name));
    try (SafetensorsWriter writer = SafetensorsWriter.create(target, metadata, specs)) {
      for (TensorSpec spec : specs) {
        writer.write(spec.name(), tensors.get(spec.name()));
      }
      writer.commit();
    }
  }

  private static float[] floats(SafetensorsFile file, String name)
      throws MalformedSafetensorsException {
    return file.tensor(name).toFloats();
  }
}
