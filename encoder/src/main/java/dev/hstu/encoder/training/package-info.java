/// Training: an interaction log and [TrainingSettings] give a model (HSTU.md, "Training").
///
/// Start with [Trainer], or with [EnsembleTrainer] for a model of several networks. The forward and
/// backward pass is `compute.torch`; here are the examples, the optimiser, the loop, its
/// checkpoints and what a caller sees of it. Evaluation stays out: the caller passes a
/// [ModelSelection].
@NullMarked
package dev.hstu.encoder.training;

import org.jspecify.annotations.NullMarked;
