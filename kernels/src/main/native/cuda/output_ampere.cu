// x += (u * layerNorm(o)) * Wo^T + bo with mma.sync: a block gates 64 rows into shared memory, then walks the columns in tiles of 128; the
// norm of the new rows is a kernel of its own.
#include "output.cuh"
#include "output_gate.cuh"
#include "projection_mma.cuh"

namespace hstu {
namespace {

constexpr int kStages = 3;
constexpr int kMaxHidden = 1024;

template <int vectors>
__global__ void __launch_bounds__(kMmaThreads) output_mma_kernel(const OutputArgs args) {
  extern __shared__ __align__(1024) unsigned char gated[];
  await_predecessor();
  const int tokens = args.header->tokens, hidden = args.shape.hidden, dim = args.shape.dim_padded;
  const int row0 = blockIdx.x * kMmaRows;
  if (row0 >= tokens) return;
  const int chunks = hidden / kMmaChunk;
  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
  const uint32_t base = shared_address(gated), stages = base + chunks * kMmaRowsBytes;

  const GateLane at(args.attended, args.uvqk, hidden, args.shape.width, args.shape.value_dim, vectors * 64, lane);
  for (int r = warp * kGateRows + at.row; r < kMmaRows; r += kMmaThreads / 32 * kGateRows) {
    GateRows<vectors> rows;
    rows.load(at, row0 + r, row0 + r < tokens);
    rows.apply(at);
#pragma unroll
    for (int v = 0; v < vectors; ++v) {
      const int vector = v * 8 + at.vector;
      if (vector < chunks * 4)
        *reinterpret_cast<uint4 *>(gated + (vector >> 2) * kMmaRowsBytes + mma_swizzled(r, vector & 3)) =
            rows.attended[v];
    }
  }
  __syncthreads();

  for (int column0 = 0; column0 < dim; column0 += kMmaColumns) {
    const auto load = [&](int chunk) {
      if (chunk < chunks)
        copy_chunk<kMmaColumns>(stages + chunk % kStages * kMmaColumnsBytes, args.weights, hidden, column0, dim, chunk);
      copy_async_commit();
    };
    MmaSums sums = {};
    for (int c = 0; c < kStages - 1; ++c) load(c);
    for (int c = 0; c < chunks; ++c) {
      copy_async_wait<kStages - 2>();
      __syncthreads();
      load(c + kStages - 1);
      multiply_chunk(sums, base + c * kMmaRowsBytes, stages + c % kStages * kMmaColumnsBytes);
    }
    __syncthreads();
#pragma unroll
    for (int m = 0; m < 2; ++m)
#pragma unroll
      for (int n = 0; n < 8; ++n)
#pragma unroll
        for (int half = 0; half < 2; ++half) {
          const int row = row0 + (warp & 1) * 32 + m * 16 + half * 8 + (lane >> 2);
          const int column = column0 + (warp >> 1) * 64 + n * 8 + 2 * (lane & 3);
          if (row >= tokens || column >= dim) continue;
          float2 *x = reinterpret_cast<float2 *>(args.x + static_cast<size_t>(row) * dim + column);
          const float2 bias = __ldg(reinterpret_cast<const float2 *>(args.bias + column));
          const float2 old = *x;
          *x = {old.x + (sums.d[m][n][2 * half] + bias.x), old.y + (sums.d[m][n][2 * half + 1] + bias.y)};
        }
  }
}

template <int vectors>
cudaError_t launch(const OutputArgs &args, cudaStream_t stream) {
  const int bytes = args.shape.hidden / kMmaChunk * kMmaRowsBytes + kStages * kMmaColumnsBytes;
  const auto kernel = output_mma_kernel<vectors>;
  cudaError_t status = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  if (status != cudaSuccess) return status;
  kernel<<<(args.rows + kMmaRows - 1) / kMmaRows, kMmaThreads, bytes, stream>>>(args);
  status = cudaGetLastError();
  return status == cudaSuccess && args.xn != nullptr ? normalize_rows(args, stream) : status;
}

}  // namespace

cudaError_t output_ampere(const OutputArgs &args, cudaStream_t stream) {
  const int hidden = args.shape.hidden;
  if (hidden <= 256) return launch<4>(args, stream);
  if (hidden <= 512) return launch<8>(args, stream);
  if (hidden <= kMaxHidden) return launch<16>(args, stream);
  return cudaErrorInvalidValue;
}

}  // namespace hstu
