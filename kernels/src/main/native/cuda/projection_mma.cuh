// Tensor cores as every card since compute capability 8.0 has them: mma.sync m16n8k16 on tiles in shared memory that cp.async fills.
// A block of 4 warps owns 64 rows x 128 columns, a warp 32 x 64 of them; k advances in chunks of 32, rows of 64 bytes.
#pragma once

#include "projection_tile.cuh"

namespace hstu {

constexpr int kMmaRows = 64;
constexpr int kMmaColumns = 128;
constexpr int kMmaChunk = 32;
constexpr int kMmaThreads = 128;
constexpr int kMmaRowsBytes = kMmaRows * kMmaChunk * sizeof(bf16);
constexpr int kMmaColumnsBytes = kMmaColumns * kMmaChunk * sizeof(bf16);

// 16-byte vector `vector` (0..3) of row `row`: eight neighbouring rows fall into different banks.
__device__ __forceinline__ uint32_t mma_swizzled(int row, int vector) {
  return row * 64 + ((vector ^ ((row >> 1) & 3)) << 4);
}

__device__ __forceinline__ void copy_async(uint32_t target, const void *source, bool real) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(target), "l"(source), "r"(real ? 16 : 0)
               : "memory");
}
__device__ __forceinline__ void copy_async_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int pending>
__device__ __forceinline__ void copy_async_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
}

// Chunk `chunk` of rows row0.. of a row-major matrix; rows from `rows` on arrive as zeros. `columns` is a multiple of 32.
template <int tile_rows>
__device__ __forceinline__ void copy_chunk(uint32_t target, const bf16 *matrix, int columns, int row0, int rows, int chunk) {
  for (int i = threadIdx.x; i < tile_rows * 4; i += kMmaThreads) {
    const int row = i >> 2, vector = i & 3;
    const bool real = row0 + row < rows;
    copy_async(target + mma_swizzled(row, vector),
               matrix + static_cast<size_t>(real ? row0 + row : 0) * columns + chunk * kMmaChunk + vector * 8, real);
  }
}

__device__ __forceinline__ void load_matrices(uint32_t (&d)[4], uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])
               : "r"(address));
}

// sums[m][n]: rows 16 m, columns 8 n of the warp's 32 x 64.
struct MmaSums {
  float d[2][8][4];
};

__device__ __forceinline__ void multiply_chunk(MmaSums &sums, uint32_t rows_tile, uint32_t columns_tile) {
  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
#pragma unroll
  for (int k = 0; k < kMmaChunk / 16; ++k) {
    uint32_t a[2][4], b[4][4];
#pragma unroll
    for (int m = 0; m < 2; ++m)
      load_matrices(a[m], rows_tile + mma_swizzled((warp & 1) * 32 + m * 16 + (lane & 15), 2 * k + (lane >> 4)));
#pragma unroll
    for (int n = 0; n < 4; ++n)
      load_matrices(b[n], columns_tile + mma_swizzled((warp >> 1) * 64 + n * 16 + (lane & 7) + (lane >> 4) * 8,
                                                      2 * k + ((lane >> 3) & 1)));
#pragma unroll
    for (int m = 0; m < 2; ++m)
#pragma unroll
      for (int n = 0; n < 8; ++n) {
        float(&d)[4] = sums.d[m][n];
        asm volatile(
            "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
            "{%0, %1, %2, %3};"
            : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
            : "r"(a[m][0]), "r"(a[m][1]), "r"(a[m][2]), "r"(a[m][3]), "r"(b[n >> 1][(n & 1) * 2]),
              "r"(b[n >> 1][(n & 1) * 2 + 1]));
      }
  }
}

}  // namespace hstu
