// uvqk = silu(xn * Wp^T) with mma.sync: tiles of 64 rows x 128 columns, three chunks of k in flight.
#include "projection.cuh"
#include "projection_mma.cuh"

namespace hstu {
namespace {

constexpr int kStages = 3;
constexpr int kStageBytes = kMmaRowsBytes + kMmaColumnsBytes;

__global__ void __launch_bounds__(kMmaThreads) project_mma_kernel(const ProjectArgs args, const ColumnRange range) {
  __shared__ __align__(1024) unsigned char stages[kStages * kStageBytes];
  await_predecessor();
  const int tokens = args.header->tokens;
  const int row0 = blockIdx.y * kMmaRows, column0 = range.start + blockIdx.x * kMmaColumns;
  if (row0 >= tokens) return;
  const int dim = args.shape.dim_padded, width = args.shape.projection();
  const int chunks = dim / kMmaChunk;
  const uint32_t base = shared_address(stages);
  const auto load = [&](int chunk) {
    const uint32_t stage = base + chunk % kStages * kStageBytes;
    if (chunk < chunks) {
      copy_chunk<kMmaRows>(stage, args.xn, dim, row0, tokens, chunk);
      copy_chunk<kMmaColumns>(stage + kMmaRowsBytes, args.weights, dim, column0, width, chunk);
    }
    copy_async_commit();
  };
  MmaSums sums = {};
  for (int c = 0; c < kStages - 1; ++c) load(c);
  for (int c = 0; c < chunks; ++c) {
    copy_async_wait<kStages - 2>();
    __syncthreads();
    load(c + kStages - 1);
    const uint32_t stage = base + c % kStages * kStageBytes;
    multiply_chunk(sums, stage, stage + kMmaRowsBytes);
  }
  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
#pragma unroll
  for (int m = 0; m < 2; ++m)
#pragma unroll
    for (int n = 0; n < 8; ++n)
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const int row = row0 + (warp & 1) * 32 + m * 16 + half * 8 + (lane >> 2);
        const int column = column0 + (warp >> 1) * 64 + n * 8 + 2 * (lane & 3);
        if (row < tokens && column < range.start + range.count)
          *reinterpret_cast<uint32_t *>(args.uvqk + static_cast<size_t>(row) * width + column) =
              pack(silu_fast(sums.d[m][n][2 * half]), silu_fast(sums.d[m][n][2 * half + 1]));
      }
}

}  // namespace

cudaError_t project_ampere(const ProjectArgs &args, cudaStream_t stream) {
  const ColumnRange all = {0, args.shape.projection()};
  const int range_count = args.range_count == 0 ? 1 : args.range_count;
  for (int r = 0; r < range_count; ++r) {
    const ColumnRange range = args.range_count == 0 ? all : args.ranges[r];
    const dim3 grid((range.count + kMmaColumns - 1) / kMmaColumns, (args.rows + kMmaRows - 1) / kMmaRows);
    project_mma_kernel<<<grid, kMmaThreads, 0, stream>>>(args, range);
  }
  return cudaGetLastError();
}

}  // namespace hstu
