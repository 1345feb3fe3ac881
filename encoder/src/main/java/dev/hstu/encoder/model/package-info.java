/// Models in the paper's terms: shapes ([ModelConfig]), weights ([ModelWeights]), and both with
/// vocabulary and clock as one thing with one fingerprint ([Model]). An architecture, HSTU or the
/// baseline SASRec, is a configuration and a block of its own; both are sealed, so that a switch
/// over them names every place that knows one. Several networks are one model as an ensemble
/// ([EnsembleModel]). No arithmetic: that is `compute`.
@NullMarked
package dev.hstu.encoder.model;

import org.jspecify.annotations.NullMarked;
