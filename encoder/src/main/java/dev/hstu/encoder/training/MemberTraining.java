package dev.hstu.encoder.training;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How one member of an ensemble is trained and what it leaves behind.
///
/// @param start where its training begins
/// @param listener watches it
/// @param selection chooses its epoch
/// @param companions of the member while the ensemble isn't finished, from which those of the
///     ensemble can be made
/// @param state file for its [TrainingState] at the end, which stays; null keeps none
public record MemberTraining(
    TrainingStart start,
    TrainingListener listener,
    ModelSelection selection,
    TrainingTarget.Companions companions,
    @Nullable Path state) {}
