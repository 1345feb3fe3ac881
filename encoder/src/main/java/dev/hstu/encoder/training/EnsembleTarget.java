package dev.hstu.encoder.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What the training of an ensemble leaves behind.
///
/// @param model folder to write; must not exist
/// @param companions of the model, see [dev.hstu.encoder.weights.ModelFolder]
/// @param restart whether an unfinished training of `model` is dropped instead of resumed
public record EnsembleTarget(Path model, Companions companions, boolean restart) {

  /// Tells of the finished training in files beside the model, by name.
  @FunctionalInterface
  public interface Companions {
    /// @param members folders of the finished members in their order, with their own companions
    Map<String, byte[]> of(List<Path> members) throws IOException;
  }
}
