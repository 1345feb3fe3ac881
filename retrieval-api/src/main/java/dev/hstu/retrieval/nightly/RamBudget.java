package dev.hstu.retrieval.nightly;

import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.retrieval.config.InvalidSettingException;
import dev.hstu.retrieval.config.NightlyConfiguration;

/// How the memory of a run is divided: the heap, which is fixed at the process's start, a reserve
/// for code and threads, and the rest for PyTorch.
///
/// @param bytes `ram`
/// @param heapBytes most the heap may grow to
record RamBudget(long bytes, long heapBytes) {

  /// Code, threads, classes and the PyTorch libraries themselves. A whole training of
  /// MovieLens-100K with the preset `small`, its heap of at most 256 MiB included, took 376 MiB
  /// resident; all of it counts here as what lies beside the heap.
  static final long RESERVE_BYTES = 384L << 20;

  /// Activations and gradients of one micro-batch in flight, at the bound of
  /// [dev.hstu.encoder.compute.torch.MicroBatches].
  private static final long WORKER_BYTES = 64L << 20;

  /// Copies of the parameters that training holds off the heap beside a worker's gradients: the
  /// parameters themselves and two moments.
  private static final int COPIES = 3;

  /// Copies that pass through the heap when training starts and ends.
  private static final int HEAP_COPIES = 6;

  /// @throws InvalidSettingException when the heap alone is too large for `ram`
  static RamBudget of(NightlyConfiguration configuration, long heapBytes) {
    RamBudget budget = new RamBudget(configuration.ramBytes(), heapBytes);
    if (budget.nativeBytes() < WORKER_BYTES) {
      throw new InvalidSettingException(
          "ram=%s (%s) must be at least %s: the heap of this process may grow to %s, and code, threads and one worker need %s beside it; start with HSTU_JAVA_OPTS=-Xmx%dm or raise ram"
              .formatted(
                  Amounts.bytes(budget.bytes),
                  configuration.file(),
                  Amounts.bytes(heapBytes + RESERVE_BYTES + WORKER_BYTES),
                  Amounts.bytes(heapBytes),
                  Amounts.bytes(RESERVE_BYTES + WORKER_BYTES),
                  Math.max(64, (budget.bytes - RESERVE_BYTES) / 2 >> 20)));
    }
    return budget;
  }

  /// Workers that train a model of these shapes within the budget.
  ///
  /// @param wanted at most so many
  /// @throws NightRefusedException when not even one fits
  int trainingWorkers(NetworkConfig model, long events, int wanted) {
    long parameters = parameterBytes(model);
    long heapNeed = HEAP_COPIES * parameters + 64 * events;
    if (heapNeed > heapBytes) {
      throw new NightRefusedException(
          "training %,d items and %,d events needs about %s of heap and the process has %s; start with a larger HSTU_JAVA_OPTS=-Xmx, and raise ram with it"
              .formatted(model.items(), events, Amounts.bytes(heapNeed), Amounts.bytes(heapBytes)));
    }
    long left = nativeBytes() - COPIES * parameters;
    long workers = Math.min(wanted, left / (parameters + WORKER_BYTES));
    if (workers < 1) {
      throw new NightRefusedException(
          "training %,d items needs about %s beside the heap and ram=%s leaves %s; raise ram"
              .formatted(
                  model.items(),
                  Amounts.bytes((COPIES + 1) * parameters + WORKER_BYTES),
                  Amounts.bytes(bytes),
                  Amounts.bytes(nativeBytes())));
    }
    return (int) workers;
  }

  /// Bytes of all weights of a model of these shapes, of an ensemble those of all members.
  static long parameterBytes(ModelConfig model) {
    return model.networks().stream()
        .flatMap(network -> CheckpointNames.specs(network).stream())
        .mapToLong(TensorSpec::byteSize)
        .sum();
  }

  private long nativeBytes() {
    return bytes - heapBytes - RESERVE_BYTES;
  }
}
