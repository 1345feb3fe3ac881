package dev.hstu.encoder.training;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a training leaves behind.
///
/// @param model folder to write; must not exist
/// @param companions of the model, see [dev.hstu.encoder.weights.ModelFolder]
/// @param restart whether an unfinished training of `model` is dropped instead of resumed
/// @param state file for the [TrainingState] at the end, which is there before the model is; null
///     keeps none
public record TrainingTarget(
    Path model, Companions companions, boolean restart, @Nullable Path state) {

  /// Tells of the finished training in files beside the model, by name. An exception leaves no
  /// model, but the checkpoint.
  @FunctionalInterface
  public interface Companions {
    Map<String, byte[]> of(TrainingResult result);
  }

  /// A model alone, resuming what was begun.
  public static TrainingTarget of(Path model) {
    return new TrainingTarget(model, result -> Map.of(), false, null);
  }

  public TrainingTarget withCompanions(Companions files) {
    return new TrainingTarget(model, files, restart, state);
  }

  public TrainingTarget withRestart(boolean wanted) {
    return new TrainingTarget(model, companions, wanted, state);
  }

  public TrainingTarget withState(Path file) {
    return new TrainingTarget(model, companions, restart, file);
  }
}
