package dev.hstu.encoder.training;

import dev.hstu.encoder.model.ModelWeights;

/// The best epoch that [ModelSelection] has seen.
///
/// @param epoch from 1
/// @param score its score
/// @param weights a copy on the heap
record BestEpoch(int epoch, double score, ModelWeights weights) {}
