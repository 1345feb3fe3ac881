package dev.hstu.encoder.weights;

import dev.hstu.encoder.model.Model;
import dev.hstu.kernels.safetensors.SafetensorsFile;

/// Owns the mapped file behind a model read from a folder. The model is usable until this closes;
/// encoders on it are closed before.
public final class OpenModel implements AutoCloseable {

  private final Model model;
  private final SafetensorsFile tensors;

  OpenModel(Model model, SafetensorsFile tensors) {
    this.model = model;
    this.tensors = tensors;
  }

  public Model model() {
    return model;
  }

  /// Unmaps the weights; a second call does nothing.
  @Override
  public void close() {
    tensors.close();
  }
}
