package dev.hstu.encoder.model;

import java.util.List;

/// One block's parameters, row-major float32, shared and read-only by contract. Moments and
/// gradients of a block have the same shapes and the same type.
public sealed interface BlockWeights permits HstuBlock, SasRecBlock {

  /// Every tensor, in the order of [CheckpointNames#block].
  List<float[]> tensors();

  /// `D`, the width of the residual stream.
  int width();

  /// A block of `config`'s architecture of these tensors, in the order of [#tensors].
  static BlockWeights of(NetworkConfig config, List<float[]> tensors) {
    return switch (config) {
      case HstuConfig hstu -> HstuBlock.of(tensors);
      case SasRecConfig sasRec -> SasRecBlock.of(tensors);
    };
  }
}
