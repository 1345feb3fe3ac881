// Gathers item rows, scales them, adds positions and normalises: a few lanes a row, 16 bytes a load, each value touched once.
#include "embedding.cuh"

#include "output_gate.cuh"
#include "path.cuh"

namespace hstu {
namespace {

constexpr int kBlockTokens = 32;  // a warp's lanes look up where these tokens stand in their users' sequences
constexpr int kBlockThreads = 256;

template <int lanes>
__device__ __forceinline__ float lane_sum(float value) {
#pragma unroll
  for (int step = lanes / 2; step > 0; step >>= 1) value += __shfl_xor_sync(0xffffffff, value, step);
  return value;
}

// The token's place in its user's sequence, by bisection of the offsets.
__device__ __forceinline__ int position_of(int token, const int *offsets, int users) {
  int low = 0, high = users;  // offsets[low] <= token < offsets[high]
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    if (offsets[middle] <= token)
      low = middle;
    else
      high = middle;
  }
  return token - offsets[low];
}

template <int lanes, int vectors>
__global__ void __launch_bounds__(kBlockThreads) embed_kernel(const EmbedArgs args, const float scale) {
  __shared__ int places[kBlockTokens], rows[kBlockTokens];
  admit_successor();
  await_predecessor();
  const int tokens = args.header->tokens;
  const int token0 = blockIdx.x * kBlockTokens;
  if (token0 >= tokens) return;
  if (threadIdx.x < kBlockTokens && token0 + threadIdx.x < tokens) {
    rows[threadIdx.x] = args.items[token0 + threadIdx.x];
    places[threadIdx.x] = position_of(token0 + threadIdx.x, args.offsets, args.header->users);
  }
  __syncthreads();
  const int lane = threadIdx.x % lanes;
  const int dim = args.shape.dim, dim_padded = args.shape.dim_padded;
  const float inverse_dim = 1.0f / dim;
#pragma unroll 2
  for (int t = threadIdx.x / lanes; t < kBlockTokens; t += kBlockThreads / lanes) {
    const bool real = token0 + t < tokens;
    const bf16 *item = args.table + static_cast<size_t>(real ? rows[t] : 0) * dim_padded;
    const float *place = args.positions + static_cast<size_t>(real ? places[t] : 0) * dim_padded;
    const size_t row = static_cast<size_t>(token0 + t) * dim_padded;
    float values[vectors][8];
    float sum = 0;
#pragma unroll
    for (int v = 0; v < vectors; ++v) {
      const int column = (v * lanes + lane) * 8;
      uint4 packed = {0, 0, 0, 0};
      float4 low = {0, 0, 0, 0}, high = low;
      if (column < dim_padded) {
        packed = __ldg(reinterpret_cast<const uint4 *>(item + column));
        low = __ldg(reinterpret_cast<const float4 *>(place + column));
        high = __ldg(reinterpret_cast<const float4 *>(place + column + 4));
      }
      const float added[8] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
      unpack(packed, values[v]);
#pragma unroll
      for (int i = 0; i < 8; ++i) {
        values[v][i] = fmaf(values[v][i], scale, added[i]);
        if (column + i >= dim) values[v][i] = 0;
        sum += values[v][i];
      }
    }
    const float mean = lane_sum<lanes>(sum) * inverse_dim;
    float squares = 0;
#pragma unroll
    for (int v = 0; v < vectors; ++v)
#pragma unroll
      for (int i = 0; i < 8; ++i) {
        const float d = (v * lanes + lane) * 8 + i < dim ? values[v][i] - mean : 0.0f;
        squares = fmaf(d, d, squares);
      }
    const float rstd = rsqrtf(fmaf(lane_sum<lanes>(squares), inverse_dim, kNormEpsilon));
    if (!real) continue;
#pragma unroll
    for (int v = 0; v < vectors; ++v) {
      const int column = (v * lanes + lane) * 8;
      if (column >= dim_padded) continue;
      float *x = args.x + row + column;
      *reinterpret_cast<float4 *>(x) = {values[v][0], values[v][1], values[v][2], values[v][3]};
      *reinterpret_cast<float4 *>(x + 4) = {values[v][4], values[v][5], values[v][6], values[v][7]};
      float normed[8];
#pragma unroll
      for (int i = 0; i < 8; ++i) normed[i] = column + i < dim ? (values[v][i] - mean) * rstd : 0.0f;
      *reinterpret_cast<uint4 *>(args.xn + row + column) = {pack(normed[0], normed[1]), pack(normed[2], normed[3]),
                                                            pack(normed[4], normed[5]), pack(normed[6], normed[7])};
    }
  }
}

template <int lanes, int vectors>
cudaError_t launch(const EmbedArgs &args, cudaStream_t stream) {
  return launch_overlapped(embed_kernel<lanes, vectors>, dim3((args.rows + kBlockTokens - 1) / kBlockTokens),
                           dim3(kBlockThreads), 0, stream, args, sqrtf(static_cast<float>(args.shape.dim)));
}

__global__ void embed_reference_kernel(const EmbedArgs args, const float scale) {
  const int token = blockIdx.x * blockDim.x + threadIdx.x;
  if (token >= args.header->tokens) return;
  int user = 0;
  while (args.offsets[user + 1] <= token) ++user;
  const int dim = args.shape.dim, dim_padded = args.shape.dim_padded;
  const bf16 *item = args.table + static_cast<size_t>(args.items[token]) * dim_padded;
  const float *place = args.positions + static_cast<size_t>(token - args.offsets[user]) * dim_padded;
  float *x = args.x + static_cast<size_t>(token) * dim_padded;
  bf16 *xn = args.xn + static_cast<size_t>(token) * dim_padded;
  float mean = 0, variance = 0;
  for (int c = 0; c < dim_padded; ++c) x[c] = c < dim ? __bfloat162float(item[c]) * scale + place[c] : 0.0f;
  for (int c = 0; c < dim; ++c) mean += x[c];
  mean /= dim;
  for (int c = 0; c < dim; ++c) variance += (x[c] - mean) * (x[c] - mean);
  variance /= dim;
  for (int c = 0; c < dim_padded; ++c)
    xn[c] = __float2bfloat16_rn(c < dim ? (x[c] - mean) / sqrtf(variance + kNormEpsilon) : 0.0f);
}

}  // namespace

cudaError_t embed(const EmbedArgs &args, cudaStream_t stream) {
  const int dim = args.shape.dim_padded;
  if (dim <= 64) return launch<8, 1>(args, stream);
  if (dim <= 128) return launch<16, 1>(args, stream);
  if (dim <= 256) return launch<32, 1>(args, stream);
  if (dim <= 512) return launch<32, 2>(args, stream);
  if (dim <= 1024) return launch<32, 4>(args, stream);
  if (dim <= 2048) return launch<32, 8>(args, stream);
  return cudaErrorInvalidValue;
}

cudaError_t embed_reference(const EmbedArgs &args, cudaStream_t stream) {
  embed_reference_kernel<<<(args.rows + 127) / 128, 128, 0, stream>>>(args, sqrtf(static_cast<float>(args.shape.dim)));
  return cudaGetLastError();
}

}  // namespace hstu
