package dev.hstu.encoder.model;

import java.util.List;

/// One block of HSTU (HSTU.md, "Forward" 2).
///
/// @param projection `W`, `(D, 2·h·dv + 2·h·dqk)`, columns `u | v | q | k`, head-major in each
/// @param output `Wo`, `(D, h·dv)`
/// @param outputBias `bo`, `(D)`
/// @param positionBias `pos`, `(2N-1)`, entry `N-1+j-i` for row `i` and column `j`
/// @param timeBias `time`, `(129)`
public record HstuBlock(
    float[] projection, float[] output, float[] outputBias, float[] positionBias, float[] timeBias)
    implements BlockWeights {

  static HstuBlock of(List<float[]> tensors) {
    return new HstuBlock(
        tensors.get(0), tensors.get(1), tensors.get(2), tensors.get(3), tensors.get(4));
  }

  @Override
  public int width() {
    return outputBias.length;
  }

  @Override
  public List<float[]> tensors() {
    return List.of(projection, output, outputBias, positionBias, timeBias);
  }
}
