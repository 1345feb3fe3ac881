package dev.hstu.encoder.training;

import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.HstuWeights;
import dev.hstu.encoder.weights.Checkpoint;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;

/// Several sets of values of one model's shapes (weights, moments) in one safetensors file, each
/// under its prefix followed by the public tensor names.
final class WeightGroups {

  private WeightGroups() {}

  /// Replaces `file`, durably, by `groups` in their order.
  static void write(
      Path file,
      Map<String, String> metadata,
      HstuConfig config,
      SequencedMap<String, HstuWeights> groups)
      throws IOException {
    List<TensorSpec> specs = new ArrayList<>();
    for (String prefix : groups.keySet()) {
      for (TensorSpec spec : CheckpointNames.specs(config)) {
        specs.add(new TensorSpec(prefix + spec.name(), spec.dtype(), spec.shape()));
      }
    }
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, metadata, specs)) {
      for (Map.Entry<String, HstuWeights> group : groups.entrySet()) {
        SortedMap<String, MemorySegment> tensors = CheckpointNames.tensors(group.getValue());
        for (TensorSpec spec : CheckpointNames.specs(config)) {
          writer.write(group.getKey() + spec.name(), tensors.get(spec.name()));
        }
      }
      writer.commit();
    }
  }

  /// Copies one group onto the heap.
  ///
  /// @throws MalformedSafetensorsException naming the tensor that is missing or has another shape
  static HstuWeights read(SafetensorsFile file, String prefix, HstuConfig config)
      throws MalformedSafetensorsException {
    return onHeap(Checkpoint.read(file, prefix, config));
  }

  /// The same values with the item table on the heap, so that they outlive its file.
  static HstuWeights onHeap(HstuWeights weights) {
    return weights.withItems(
        MemorySegment.ofArray(weights.itemEmbeddings().toArray(HstuWeights.FLOAT)));
  }

  /// A zero for every value.
  static HstuWeights zerosLike(HstuWeights weights) {
    return new HstuWeights(
        MemorySegment.ofArray(new float[(int) (weights.itemEmbeddings().byteSize() / Float.BYTES)]),
        new float[weights.positions().length],
        weights.blocks().stream()
            .map(
                block ->
                    new HstuWeights.Block(
                        new float[block.projection().length],
                        new float[block.output().length],
                        new float[block.outputBias().length],
                        new float[block.positionBias().length],
                        new float[block.timeBias().length]))
            .toList(),
        new float[weights.labelEmbeddings().length],
        new float[weights.actionEmbeddings().length]);
  }
}
