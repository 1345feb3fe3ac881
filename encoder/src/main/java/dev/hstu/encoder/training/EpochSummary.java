package dev.hstu.encoder.training;

import java.util.OptionalDouble;

/// An epoch that has ended.
///
/// @param epoch from 1
/// @param epochs in all
/// @param loss mean over its steps
/// @param score of [ModelSelection], where it looked at this epoch
/// @param best whether that score is the highest so far
public record EpochSummary(
    int epoch, int epochs, double loss, OptionalDouble score, boolean best) {}
