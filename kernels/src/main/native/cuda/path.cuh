// Which instructions a kernel uses, Hopper's (wgmma, bulk copies) or those of every card since compute capability 8.0
// (mma.sync, cp.async), and how kernels of one stream follow each other.
#pragma once

#include <cuda_runtime.h>

namespace hstu {

// Hopper needs compute capability 9.0, Ampere 8.0 or later.
enum class Path { kHopper, kAmpere };

inline cudaError_t device_attribute(cudaDeviceAttr attribute, int *value) {
  int device = 0;
  const cudaError_t status = cudaGetDevice(&device);
  return status == cudaSuccess ? cudaDeviceGetAttribute(value, attribute, device) : status;
}

// Launches so that the kernel's start (barriers, weights) overlaps the end of the one before it in the stream. The kernel
// must, in every block, call `await_predecessor` before it touches anything an earlier kernel writes or reads.
template <typename... Parameters, typename... Arguments>
cudaError_t launch_overlapped(void (*kernel)(Parameters...), dim3 grid, dim3 block, size_t shared_bytes,
                              cudaStream_t stream, const Arguments &...arguments) {
  cudaFuncAttributes loaded = {};
  const cudaError_t status = cudaFuncGetAttributes(&loaded, kernel);
  if (status != cudaSuccess) return status;
  cudaLaunchAttribute attribute = {};
  attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attribute.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = shared_bytes;
  config.stream = stream;
  config.attrs = &attribute;
  // Code for cards before 9.0 has no await_predecessor, whatever card the driver has finished it for.
  config.numAttrs = loaded.ptxVersion >= 90 ? 1 : 0;
  return cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...);
}

// Blocks until the kernels before this one in the stream have finished and their writes are visible.
__device__ __forceinline__ void await_predecessor() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

// The next kernel in the stream may start its preamble as soon as multiprocessors have room.
__device__ __forceinline__ void admit_successor() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}

}  // namespace hstu
