package dev.hstu.encoder.model;

import java.util.List;

/// One block of SASRec (HSTU.md, "Training", "SASRec baseline").
///
/// @param inputProjection queries, keys and values of the attention, `(3D, D)`, in this order,
///     head-major in each
/// @param inputBias `(3D)`
/// @param outputProjection of the attention, `(D, D)`
/// @param outputBias `(D)`
/// @param expansion `W1`, `(hidden, D)`
/// @param expansionBias `b1`, `(hidden)`
/// @param contraction `W2`, `(D, hidden)`
/// @param contractionBias `b2`, `(D)`
public record SasRecBlock(
    float[] inputProjection,
    float[] inputBias,
    float[] outputProjection,
    float[] outputBias,
    float[] expansion,
    float[] expansionBias,
    float[] contraction,
    float[] contractionBias)
    implements BlockWeights {

  static SasRecBlock of(List<float[]> tensors) {
    return new SasRecBlock(
        tensors.get(0),
        tensors.get(1),
        tensors.get(2),
        tensors.get(3),
        tensors.get(4),
        tensors.get(5),
        tensors.get(6),
        tensors.get(7));
  }

  @Override
  public int width() {
    return outputBias.length;
  }

  @Override
  public List<float[]> tensors() {
    return List.of(
        inputProjection,
        inputBias,
        outputProjection,
        outputBias,
        expansion,
        expansionBias,
        contraction,
        contractionBias);
  }
}
