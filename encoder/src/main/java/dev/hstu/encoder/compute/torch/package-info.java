/// HSTU and SASRec on PyTorch, driven through DJL: the engine `djl` of serving, and the forward and
/// backward pass of `training`.
///
/// Start with [TorchModel], whose arithmetic is the TorchScript text of an architecture, `hstu.py`
/// or `sasrec.py`, with what both share, `encoder.py`, and [TorchEncoder], which serves.
/// [TorchRuntime] is the only door to DJL: it sees to it that nothing is fetched and nothing
/// reported. Optimisers, data and checkpoints stay out: they are `training`.
@NullMarked
package dev.hstu.encoder.compute.torch;

import org.jspecify.annotations.NullMarked;
