// Thread-block clusters (compute capability 9.0): blocks that run together and write into each other's shared memory. PTX ISA 8.x: st.async (9.7.9.12),
// mapa (9.7.9.23), barrier.cluster (9.7.13.4).
#pragma once

#include "hopper.cuh"

namespace hstu {

__device__ __forceinline__ int cluster_rank() {
  uint32_t rank;
  asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
  return static_cast<int>(rank);
}

// Orders no memory: initialised barriers are made known by barrier_init_fence.
__device__ __forceinline__ void cluster_arrive() { asm volatile("barrier.cluster.arrive.relaxed.aligned;" ::: "memory"); }
__device__ __forceinline__ void cluster_wait() { asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory"); }

// The same place in another block's shared memory.
__device__ __forceinline__ uint32_t remote_address(const void *pointer, int rank) {
  uint32_t address;
  asm volatile("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(address) : "r"(shared_address(pointer)), "r"(rank));
  return address;
}

// Writes 16 bytes to a block of the cluster, whose barrier counts them: one trip for data and signal. The other side waits with barrier_wait: what arrives
// lies in its own shared memory, and a wait of cluster scope would empty its whole first-level cache each time.
__device__ __forceinline__ void store_remote(uint32_t target, float4 value, uint32_t barrier) {
  asm volatile(
      "st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.v4.b32 [%0], {%1, %2, %3, %4}, [%5];" ::"r"(target),
      "r"(__float_as_uint(value.x)), "r"(__float_as_uint(value.y)), "r"(__float_as_uint(value.z)),
      "r"(__float_as_uint(value.w)), "r"(barrier)
      : "memory");
}

}  // namespace hstu
