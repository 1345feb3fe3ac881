package dev.hstu.encoder.compute;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import java.util.Map;

/// One evaluation of the sampled-softmax loss and its gradients, dropout off: what an engine that
/// trains offers so that it can be held equal to the public implementation.
///
/// Implementations are registered in
/// `META-INF/services/dev.hstu.encoder.compute.LossAndGradients`, are cheap to construct and load
/// libraries only when called.
public interface LossAndGradients {

  Engine engine();

  /// Computes loss and gradients of one batch in float32.
  ///
  /// @throws dev.hstu.encoder.EngineUnavailableException when the engine can't run here
  Result compute(NetworkConfig config, ModelWeights weights, SupervisedBatch batch);

  /// @param loss mean over all supervised positions
  /// @param gradients of every tensor, by its public name
  ///     ([dev.hstu.encoder.model.CheckpointNames]), row-major in the checkpoint's shape, widened
  ///     from float32
  record Result(double loss, Map<String, double[]> gradients) {
    public Result {
      gradients = Map.copyOf(gradients);
    }
  }
}
