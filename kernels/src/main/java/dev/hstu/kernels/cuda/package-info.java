/// The CUDA kernels of `src/main/native/cuda` behind owners that close what they hold: start at
/// [dev.hstu.kernels.cuda.CudaDevices], which says whether they can run here, then
/// [dev.hstu.kernels.cuda.CudaModel], [dev.hstu.kernels.cuda.CudaLane] and, for appended events,
/// [dev.hstu.kernels.cuda.CudaStates]. Histories, engines and
/// splitting batches stay out.
@NullMarked
package dev.hstu.kernels.cuda;

import org.jspecify.annotations.NullMarked;
