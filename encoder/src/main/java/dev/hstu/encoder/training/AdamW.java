package dev.hstu.encoder.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.hstu.encoder.compute.torch.TorchParameters;
import dev.hstu.encoder.compute.torch.TorchScript;
import java.util.Map;

/// AdamW with decoupled weight decay and bias correction (arXiv 1711.05101, algorithm 2), with its
/// moments in the open: DJL's own optimiser hides them, and a run could not be resumed exactly.
///
/// Two float32 moments a parameter, on the parameters' device, but of the item table's second ones
/// perhaps one a row ([TableOptimizer]). Not for several threads.
final class AdamW implements AutoCloseable {

  private final OptimizerSettings rates;
  private final TorchScript script;
  private final TorchParameters first;
  private final TorchParameters second;

  /// @param first means of the gradients, 0 at the start; changed in place
  /// @param second means of their squares, 0 at the start; changed in place. A table of one column
  ///     holds the means over the rows
  AdamW(NDManager memory, OptimizerSettings rates, TorchParameters first, TorchParameters second) {
    this.rates = rates;
    this.script = TorchScript.load(memory, AdamW.class, "adamw.py", "AdamW", Map.of());
    this.first = first;
    this.second = second;
  }

  TorchParameters firstMoments() {
    return first;
  }

  TorchParameters secondMoments() {
    return second;
  }

  /// Updates `parameters` in place and sets `gradients` to 0.
  ///
  /// @param rate learning rate of this update
  /// @param update which update this is, from 1
  /// @return the norm of all gradients together; not finite when one of them isn't, and the
  ///     parameters are then spoilt
  double update(
      NDManager memory,
      TorchParameters parameters,
      TorchParameters gradients,
      double rate,
      long update) {
    try (NDManager stepMemory = memory.newSubManager()) {
      NDArray numbers =
          stepMemory.create(
              new double[] {
                rate,
                rates.beta1(),
                rates.beta2(),
                rates.epsilon(),
                rates.weightDecay(),
                1 - Math.pow(rates.beta1(), (double) update),
                1 - Math.pow(rates.beta2(), (double) update)
              });
      return script
          .infer(
              "update",
              stepMemory,
              parameters.all(),
              gradients.all(),
              first.all(),
              second.all(),
              numbers)
          .singletonOrThrow()
          .getFloat();
    }
  }

  /// Moves `averages` towards `parameters`, of which `1 - decay` enters.
  void average(
      NDManager memory, TorchParameters averages, TorchParameters parameters, double decay) {
    try (NDManager stepMemory = memory.newSubManager()) {
      script.infer(
          "average", stepMemory, averages.all(), parameters.all(), stepMemory.create(decay));
    }
  }

  /// Adds `others` to `gradients` and sets `others` to 0.
  void merge(NDManager memory, TorchParameters gradients, TorchParameters others) {
    try (NDManager stepMemory = memory.newSubManager()) {
      script.infer("merge", stepMemory, gradients.all(), others.all());
    }
  }

  @Override
  public void close() {
    script.close();
  }
}
