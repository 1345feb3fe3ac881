package dev.hstu.encoder.training;

/// Where a training is after an update.
///
/// @param epoch the epoch the update belongs to, from 1
/// @param step updates so far, from 1
/// @param steps updates in all
/// @param loss mean over the step's supervised positions
/// @param gradientNorm of all parameters together
/// @param usersPerSecond since this run began or resumed
/// @param secondsLeft at that rate, evaluations and checkpoints included
public record StepProgress(
    int epoch,
    long step,
    long steps,
    double loss,
    double gradientNorm,
    double usersPerSecond,
    double secondsLeft) {}
