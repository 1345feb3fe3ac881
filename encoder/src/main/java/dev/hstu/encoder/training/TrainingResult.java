package dev.hstu.encoder.training;

import java.nio.file.Path;
import java.util.OptionalDouble;

/// A finished training.
///
/// @param model folder of the saved model
/// @param fingerprint of the saved model
/// @param plan what was done
/// @param epoch the epoch whose weights were saved, from 1
/// @param score that epoch's, where [ModelSelection] looked
/// @param loss mean of the last epoch
/// @param seconds spent, earlier interrupted runs included
public record TrainingResult(
    Path model,
    String fingerprint,
    TrainingPlan plan,
    int epoch,
    OptionalDouble score,
    double loss,
    double seconds) {}
