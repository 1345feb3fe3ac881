package dev.hstu.encoder.compute;

import java.util.List;

/// Everything a forward pass shows on its way, widened to float64 where the engine computed in
/// less.
///
/// @param blocks per block the residual stream after it, `(rows, D)`, users end to end without
///     padding
/// @param sequence the normalised last stream laid out `(B, N, D)`; slots from `L` on are exactly
///     0
/// @param users the user embeddings, `(B, D)`
public record ForwardTrace(List<double[]> blocks, double[] sequence, double[] users) {

  public ForwardTrace {
    blocks = List.copyOf(blocks);
  }
}
