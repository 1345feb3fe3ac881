package dev.hstu.encoder.training;

/// What a training is about to do.
///
/// @param users with an example each, be it met in every epoch or not
/// @param skippedUsers with too few events for a history and a target
/// @param events supervised positions of the first epoch
/// @param stepsPerEpoch updates an epoch
/// @param steps updates in all
/// @param resumedAtStep updates already done by an earlier run, 0 for a new one
/// @param settings the recipe
public record TrainingPlan(
    int users,
    int skippedUsers,
    long events,
    int stepsPerEpoch,
    long steps,
    long resumedAtStep,
    TrainingSettings settings) {}
