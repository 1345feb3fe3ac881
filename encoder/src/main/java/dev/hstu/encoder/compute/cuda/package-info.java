/// The engine of this project's own CUDA kernels, as far as Java is concerned: which batches go to
/// the GPU, in which parts and on which lane, and whose states stay there ([StatefulEncoding], off
/// unless [StateSettings] says otherwise). Start at [CudaEncoder]. The kernels themselves and
/// their binding are the module `kernels`' business.
@NullMarked
package dev.hstu.encoder.compute.cuda;

import org.jspecify.annotations.NullMarked;
