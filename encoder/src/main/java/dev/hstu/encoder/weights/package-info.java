/// Models as files: the folder a model lives in ([ModelFolder]), the tensors of a checkpoint under
/// the public implementation's names ([Checkpoint]), and the item vectors an index is built from
/// ([ItemVectorFile]). The names themselves are [dev.hstu.encoder.model.CheckpointNames]; the
/// safetensors format is the module `kernels`' business; optimiser state stays with training.
@NullMarked
package dev.hstu.encoder.weights;

import org.jspecify.annotations.NullMarked;
