// Pieces that the products share: SiLU, and a warp's 16 x 64 piece of a result on its way to device memory.
#pragma once

#include "hopper.cuh"

namespace hstu {

// Rows of a warpgroup's tile, and columns of a swizzled piece of it (128 bytes of bf16).
constexpr int kGroupRows = 64;
constexpr int kWarpRows = 16;
constexpr int kPieceColumns = 64;
constexpr int kPieceBytes = kWarpRows * kPieceColumns * sizeof(bf16);

// What one block of the grid may use of a Hopper multiprocessor's shared memory.
constexpr int kSharedLimit = 227 * 1024;

// Bytes to the next multiple of 1024, where swizzled tiles start.
__device__ __forceinline__ uint32_t alignment_gap(const unsigned char *shared) { return -shared_address(shared) & 1023; }

// Rows of the batch. The host's copy of the header precedes the whole chain of kernels, so this needn't await the one before; it goes
// past the first-level cache, which may remember another batch.
__device__ __forceinline__ int tokens_of(const BatchHeader *header) { return __ldcg(&header->tokens); }

// A place in the ring: slot and the parity of its present use.
struct RingPlace {
  int slot = 0;
  uint32_t parity = 0;
  __device__ __forceinline__ void advance(int by, int stages) {
    slot += by;
    while (slot >= stages) {
      slot -= stages;
      parity ^= 1;
    }
  }
};

// x * sigmoid(x) = h + h * tanh(h), h = x / 2: one special-function instruction instead of two.
__device__ __forceinline__ float silu_fast(float x) {
  const float h = 0.5f * x;
  float t;
  asm("tanh.approx.f32 %0, %1;" : "=f"(t) : "f"(h));
  return fmaf(h, t, h);
}

__device__ __forceinline__ uint32_t pack(float low, float high) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  return *reinterpret_cast<const uint32_t *>(&pair);
}

// Offset in bytes of 16-byte vector `vector` (0..7) of row `row` in a tile of 128-byte rows, as the copy engine swizzles it.
__device__ __forceinline__ uint32_t swizzled(int row, int vector) { return row * 128 + ((vector ^ (row & 7)) << 4); }

// Puts 64 columns of a wgmma accumulator (16 rows a warp, d[4 j + i] for columns 8 j) into `piece`, in bf16.
__device__ __forceinline__ void stage_piece(uint32_t piece, const uint32_t (&low)[8], const uint32_t (&high)[8],
                                            int lane) {
  const int row = lane & 15;
#pragma unroll
  for (int j = 0; j < 8; j += 2) {
    const uint32_t address = piece + swizzled(row, j + (lane >> 4));
    asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(address), "r"(low[j]),
                 "r"(high[j]), "r"(low[j + 1]), "r"(high[j + 1])
                 : "memory");
  }
}

// Sends a staged piece to rows `row`.. and columns `column`.. of a matrix of `columns` columns: by the copy engine, or by hand where
// it holds rows from `rows` on, which must stay as they are.
__device__ __forceinline__ void store_piece(const CUtensorMap *map, bf16 *matrix, int columns, int row, int column,
                                            int rows, const unsigned char *piece, int lane) {
  if (row + kWarpRows <= rows) {
    fence_async();
    __syncwarp();
    if (lane == 0) {
      store_box(map, column, row, piece);
      store_commit();
    }
    return;
  }
  __syncwarp();
  for (int i = lane; i < kWarpRows * 8; i += 32) {
    const int r = i >> 3, vector = i & 7;
    if (row + r < rows && column + vector * 8 < columns)
      *reinterpret_cast<uint4 *>(matrix + static_cast<size_t>(row + r) * columns + column + vector * 8) =
          *reinterpret_cast<const uint4 *>(piece + swizzled(r, vector));
  }
  __syncwarp();
}

}  // namespace hstu
