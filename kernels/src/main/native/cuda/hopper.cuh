// What Hopper adds and C++ has no word for: barriers in shared memory that count bytes, the bulk copy engine with its
// tensor maps, and warpgroup matrix products. PTX ISA 8.x: mbarrier (9.7.13.15), cp.async.bulk.tensor (9.7.9.27), wgmma
// (9.7.15).
#pragma once

#include <cuda.h>

#include "layout.cuh"
#include "wgmma.cuh"

namespace hstu {

__device__ __forceinline__ uint32_t shared_address(const void *pointer) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(pointer));
}

__device__ __forceinline__ void barrier_init(uint64_t *barrier, int arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(shared_address(barrier)), "r"(arrivals));
}

// Makes initialised barriers known to the copy engine.
__device__ __forceinline__ void barrier_init_fence() {
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}

__device__ __forceinline__ void barrier_arrive(uint64_t *barrier) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(shared_address(barrier)) : "memory");
}

__device__ __forceinline__ void barrier_expect(uint64_t *barrier, uint32_t bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared_address(barrier)), "r"(bytes)
               : "memory");
}

__device__ __forceinline__ void barrier_wait(uint64_t *barrier, uint32_t parity) {
  asm volatile(
      "{\n"
      ".reg .pred done;\n"
      "again:\n"
      "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
      "@done bra finished;\n"
      "bra again;\n"
      "finished:\n"
      "}\n" ::"r"(shared_address(barrier)),
      "r"(parity)
      : "memory");
}

// A box of a tensor map to shared memory; the barrier counts its bytes. Rows past the tensor's end arrive as zeros.
__device__ __forceinline__ void copy_box(void *target, const CUtensorMap *map, int column, int row, uint64_t *barrier) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], [%4];" ::"r"(
          shared_address(target)),
      "l"(map), "r"(column), "r"(row), "r"(shared_address(barrier))
      : "memory");
}

// Has a tensor map at hand before the first copy asks for it.
__device__ __forceinline__ void prefetch_map(const CUtensorMap *map) {
  asm volatile("prefetch.tensormap [%0];" ::"l"(map) : "memory");
}

// A box of shared memory to a tensor map; rows past the tensor's end are not written.
__device__ __forceinline__ void store_box(const CUtensorMap *map, int column, int row, const void *source) {
  asm volatile("cp.async.bulk.tensor.2d.global.shared::cta.bulk_group [%0, {%1, %2}], [%3];" ::"l"(map), "r"(column),
               "r"(row), "r"(shared_address(source))
               : "memory");
}

// Bytes in a row; both addresses and the count are multiples of 16.
__device__ __forceinline__ void copy_bytes(void *target, const void *source, uint32_t bytes, uint64_t *barrier) {
  asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(
                   shared_address(target)),
               "l"(source), "r"(bytes), "r"(shared_address(barrier))
               : "memory");
}

__device__ __forceinline__ void store_commit() { asm volatile("cp.async.bulk.commit_group;" ::: "memory"); }

// Until at most `pending` groups of stores still read shared memory.
template <int pending>
__device__ __forceinline__ void store_wait_read() {
  asm volatile("cp.async.bulk.wait_group.read %0;" ::"n"(pending) : "memory");
}

// Ordinary writes to shared memory become visible to the copy engine and the tensor cores.
__device__ __forceinline__ void fence_async() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

// Four 8x8 matrices of 16-bit values as a product's accumulators hold them; lane i gives the place of row i % 8 of matrix
// i / 8.
__device__ __forceinline__ void store_matrices(uint32_t address, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(address), "r"(a), "r"(b), "r"(c),
               "r"(d)
               : "memory");
}

template <int registers>
__device__ __forceinline__ void registers_grow() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(registers));
}

template <int registers>
__device__ __forceinline__ void registers_shrink() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(registers));
}

// A barrier among some warps of a block; ids 1..15 (0 is __syncthreads).
__device__ __forceinline__ void named_barrier(int id, int threads) {
  asm volatile("bar.sync %0, %1;" ::"r"(id), "r"(threads) : "memory");
}

// Shared-memory matrix descriptors of wgmma. A swizzled tile has rows of 128 (or 64) bytes, 8 of which form an atom.
enum class Swizzle : uint64_t { k128 = 1, k64 = 2 };

// A descriptor further along; a multiple of 16 bytes.
__device__ __forceinline__ uint64_t advanced(uint64_t descriptor, uint32_t bytes) { return descriptor + (bytes >> 4); }

__host__ __device__ constexpr uint64_t descriptor_bits(Swizzle swizzle, uint32_t leading_bytes, uint32_t stride_bytes) {
  return (static_cast<uint64_t>(swizzle) << 62) | (static_cast<uint64_t>(stride_bytes >> 4) << 32) |
         (static_cast<uint64_t>(leading_bytes >> 4) << 16);
}

// K-major (the summed index is contiguous): atoms of 8 rows follow each other. Advance by 32 bytes for the next 16 of
// the summed index.
__device__ __forceinline__ uint64_t k_major(uint32_t address, Swizzle swizzle) {
  const uint32_t atom = swizzle == Swizzle::k128 ? 1024 : 512;
  return descriptor_bits(swizzle, 16, atom) | ((address & 0x3ffff) >> 4);
}

// MN-major (the kept index is contiguous): `leading_bytes` between column groups of a row's width. Advance by 16 rows
// for the next 16 of the summed index.
__device__ __forceinline__ uint64_t mn_major(uint32_t address, Swizzle swizzle, uint32_t leading_bytes) {
  const uint32_t atom = swizzle == Swizzle::k128 ? 1024 : 512;
  return descriptor_bits(swizzle, leading_bytes, atom) | ((address & 0x3ffff) >> 4);
}

__device__ __forceinline__ void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
__device__ __forceinline__ void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
template <int pending>
__device__ __forceinline__ void wgmma_wait() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(pending) : "memory");
}

// Describes a row-major bf16 matrix to the copy engine: boxes of `box_rows` x `box_columns`, swizzled by the box's row
// length (128 or 64 bytes). Returns a CUresult-free verdict: cudaSuccess, or why not.
cudaError_t tensor_map(CUtensorMap *map, const bf16 *matrix, uint64_t rows, uint64_t columns, uint64_t row_stride,
                       uint32_t box_rows, uint32_t box_columns);

}  // namespace hstu
