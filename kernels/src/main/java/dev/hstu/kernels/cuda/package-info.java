/// The CUDA kernels of `src/main/native/cuda` behind owners that close what they hold: start at
/// [dev.hstu.kernels.cuda.CudaDevices], which says whether they can run here, then
/// [dev.hstu.kernels.cuda.CudaModel] and [dev.hstu.kernels.cuda.CudaLane]. Histories, engines and
/// splitting batches stay out.
@NullMarked
package dev.hstu.kernels.cuda;

import org.jspecify.annotations.NullMarked;
