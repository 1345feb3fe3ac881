package dev.hstu.encoder.training;

import dev.hstu.encoder.model.BlockWeights;
import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
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
/// under its prefix followed by the public tensor names. The item table of second moments may have
/// one column instead of `D` ([TableOptimizer]).
final class WeightGroups {

  private WeightGroups() {}

  /// Replaces `file`, durably, by `groups` in their order.
  static void write(
      Path file,
      Map<String, String> metadata,
      NetworkConfig config,
      SequencedMap<String, ModelWeights> groups)
      throws IOException {
    List<TensorSpec> specs = new ArrayList<>();
    for (Map.Entry<String, ModelWeights> group : groups.entrySet()) {
      for (TensorSpec spec : specs(config, tableColumns(config, group.getValue()))) {
        specs.add(spec.withPrefix(group.getKey()));
      }
    }
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, metadata, specs)) {
      for (Map.Entry<String, ModelWeights> group : groups.entrySet()) {
        SortedMap<String, MemorySegment> tensors =
            CheckpointNames.tensors(config, group.getValue());
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
  static ModelWeights read(SafetensorsFile file, String prefix, NetworkConfig config)
      throws MalformedSafetensorsException {
    return onHeap(Checkpoint.read(file, prefix, config, CheckpointNames.specs(config)));
  }

  /// Copies a group of second moments onto the heap, whose item table has `D` columns or one.
  ///
  /// @throws MalformedSafetensorsException as [#read]
  static ModelWeights readSecondMoments(SafetensorsFile file, String prefix, NetworkConfig config)
      throws MalformedSafetensorsException {
    long[] shape = file.tensor(prefix + CheckpointNames.ITEM_EMBEDDINGS).spec().shape();
    int columns = shape.length == 2 && shape[1] == 1 ? 1 : config.embeddingDim();
    return onHeap(Checkpoint.read(file, prefix, config, specs(config, columns)));
  }

  /// Columns of a group's item table.
  static int tableColumns(NetworkConfig config, ModelWeights values) {
    return Math.toIntExact(
        values.itemEmbeddings().byteSize() / Float.BYTES / (config.items() + 1L));
  }

  private static List<TensorSpec> specs(NetworkConfig config, int tableColumns) {
    return CheckpointNames.specs(config).stream()
        .map(
            spec ->
                spec.name().equals(CheckpointNames.ITEM_EMBEDDINGS)
                    ? new TensorSpec(spec.name(), spec.dtype(), config.items() + 1L, tableColumns)
                    : spec)
        .toList();
  }

  /// The same values with the item table on the heap, so that they outlive its file.
  static ModelWeights onHeap(ModelWeights weights) {
    return weights.withItems(
        MemorySegment.ofArray(weights.itemEmbeddings().toArray(ModelWeights.FLOAT)));
  }

  /// A zero for every value, and for each row of the item table as many as it has columns.
  static ModelWeights zerosLike(NetworkConfig config, ModelWeights weights, int tableColumns) {
    return zerosLike(config, weights)
        .withItems(MemorySegment.ofArray(new float[(config.items() + 1) * tableColumns]));
  }

  /// A zero for every value.
  static ModelWeights zerosLike(NetworkConfig config, ModelWeights weights) {
    return new ModelWeights(
        MemorySegment.ofArray(new float[(int) (weights.itemEmbeddings().byteSize() / Float.BYTES)]),
        new float[weights.positions().length],
        weights.blocks().stream()
            .map(block -> BlockWeights.of(config, zerosLike(block.tensors())))
            .toList(),
        new float[weights.labelEmbeddings().length],
        new float[weights.actionEmbeddings().length],
        new float[weights.seriesEmbeddings().length]);
  }

  private static List<float[]> zerosLike(List<float[]> tensors) {
    return tensors.stream().map(values -> new float[values.length]).toList();
  }
}
