// x += (u * layerNorm(o)) * Wo^T + bo and xn = layerNorm(x) on Hopper. A block of the grid owns 64 whole rows (or 512 columns of them, where rows are longer),
// so both norms happen on chip; several small blocks on a multiprocessor overlap one's loads with another's sums and stores. The sums start
// from x itself.
#include "output.cuh"

#include "output_gate.cuh"

namespace hstu {
namespace {

constexpr int kChunk = 64;
constexpr int kTileBytes = kGroupRows * kChunk * sizeof(bf16);
constexpr int kStages = 2;
constexpr int kStatColumns = 64;  // columns of one partial mean and variance: the same for every tile shape, so that bits agree
constexpr int kMaxHidden = 1024;

// Mean and sum of squared deviations of some columns of a row, to be merged (Chan et al.) with those of others.
struct Moments {
  float sum;
  float squares;
};

struct OutputParameters {
  const BatchHeader *header;
  const bf16 *uvqk;
  const bf16 *attended;
  const float *bias;
  float *x;
  bf16 *xn;  // null where rows are longer than the block's columns
  int dim, dim_padded, hidden, width, value_dim;
};

__host__ __device__ constexpr int stage_bytes(int groups, int columns) { return groups * columns * kChunk * static_cast<int>(sizeof(bf16)); }

// Gated rows first, later the result's pieces (16 rows a warp).
__host__ __device__ constexpr int gated_bytes(int groups, int columns, int hidden) {
  const int gated = (hidden + kChunk - 1) / kChunk * kTileBytes;
  const int staged = groups * 4 * (columns / kPieceColumns) * kPieceBytes;
  return gated > staged ? gated : staged;
}

constexpr int shared_bytes(int groups, int columns, int hidden) {
  return 1024 + gated_bytes(groups, columns, hidden) + kStages * stage_bytes(groups, columns) +
         groups * (columns / kStatColumns) * kGroupRows * static_cast<int>(sizeof(Moments)) +
         kStages * static_cast<int>(sizeof(uint64_t));
}

__device__ __forceinline__ float quad_sum(float value) {
  value += __shfl_xor_sync(0xffffffff, value, 1);
  return value + __shfl_xor_sync(0xffffffff, value, 2);
}

template <int vectors, int groups, int columns>
__global__ void __launch_bounds__(groups * 128)
    output_kernel(const __grid_constant__ CUtensorMap weights_map, const __grid_constant__ CUtensorMap result_map,
                  const OutputParameters p) {
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
  constexpr int kWarps = groups * 4;
  constexpr int kStats = columns / kStatColumns;
  constexpr int kBatch = vectors == 1 ? 8 : vectors == 2 ? 4 : 2;  // rows whose loads are in flight at once
  extern __shared__ unsigned char shared_raw[];
  unsigned char *shared =
      reinterpret_cast<unsigned char *>((reinterpret_cast<uintptr_t>(shared_raw) + 1023) & ~uintptr_t{1023});
  unsigned char *gated = shared;
  unsigned char *stages = gated + gated_bytes(groups, columns, p.hidden);
  Moments *moments = reinterpret_cast<Moments *>(stages + kStages * stage_bytes(groups, columns));
  uint64_t *full = reinterpret_cast<uint64_t *>(moments + groups * kStats * kGroupRows);

  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
  const int group = __shfl_sync(0xffffffff, threadIdx.x >> 7, 0);
  const int chunks = (p.hidden + kChunk - 1) / kChunk;
  const int tile0 = blockIdx.x * kGroupRows;
  const int block_column = blockIdx.y * groups * columns;
  const auto load_weights = [&](int chunk) {
    const int slot = chunk % kStages;
    barrier_expect(&full[slot], stage_bytes(groups, columns));
    for (int g = 0; g < groups; ++g)
      copy_box(stages + slot * stage_bytes(groups, columns) + g * stage_bytes(1, columns), &weights_map,
               chunk * kChunk, block_column + g * columns, &full[slot]);
  };
  if (threadIdx.x == 0) {
    for (int s = 0; s < kStages; ++s) barrier_init(&full[s], 1);
    barrier_init_fence();
    for (int c = 0; c < kStages && c < chunks; ++c) load_weights(c);
  }
  admit_successor();
  await_predecessor();
  const int tokens = p.header->tokens;
  if (tile0 >= tokens) {
    // The weights on their way must land before the block's shared memory is given to another.
    if (threadIdx.x == 0)
      for (int c = 0; c < kStages && c < chunks; ++c) barrier_wait(&full[c], 0);
    return;
  }

  // The sums start from x + bo: these loads fly while the gate is computed.
  const int row0 = tile0 + (warp & 3) * kWarpRows + (lane >> 2);
  const int column0 = block_column + group * columns + 2 * (lane & 3);
  float sums[columns / 2];
#pragma unroll
  for (int j = 0; j < columns / 8; ++j) {
    const int column = column0 + 8 * j;
    const bool inside = column < p.dim_padded;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const int row = row0 + 8 * half;
      const float2 value = inside && row < tokens
                               ? *reinterpret_cast<const float2 *>(p.x + static_cast<size_t>(row) * p.dim_padded + column)
                               : float2{0, 0};
      sums[4 * j + 2 * half] = value.x;
      sums[4 * j + 2 * half + 1] = value.y;
    }
  }

  uint32_t masks[vectors];
#pragma unroll
  for (int v = 0; v < vectors; ++v) masks[v] = real_columns((v * 32 + lane) * 8, p.hidden, p.width, p.value_dim);
  const float inverse_count = 1.0f / (p.hidden / p.width * p.value_dim);
  for (int batch = 0; batch < kGroupRows / kWarps; batch += kBatch) {
    GateRow<vectors> rows[kBatch];
#pragma unroll
    for (int r = 0; r < kBatch; ++r) {
      const int row = tile0 + warp + (batch + r) * kWarps;
      rows[r].load(p.attended + static_cast<size_t>(row) * p.hidden, p.uvqk + static_cast<size_t>(row) * 4 * p.hidden,
                   p.hidden, lane, row < tokens);
    }
#pragma unroll
    for (int r = 0; r < kBatch; ++r) {
      rows[r].apply(masks, inverse_count);
      const int row = warp + (batch + r) * kWarps;
#pragma unroll
      for (int v = 0; v < vectors; ++v) {
        const int vector = v * 32 + lane;
        if (vector < chunks * 8)
          *reinterpret_cast<uint4 *>(gated + (vector >> 3) * kTileBytes + swizzled(row, vector & 7)) = rows[r].gate[v];
      }
    }
  }
  fence_async();
  __syncthreads();

  for (int c = 0; c < chunks; ++c) {
    const int slot = c % kStages;
    barrier_wait(&full[slot], (c / kStages) & 1);
    const uint64_t a = k_major(shared_address(gated + c * kTileBytes), Swizzle::k128);
    const uint64_t b =
        k_major(shared_address(stages + slot * stage_bytes(groups, columns) + group * stage_bytes(1, columns)),
                Swizzle::k128);
    wgmma_fence();
#pragma unroll
    for (int k = 0; k < kChunk / 16; ++k) Wgmma<columns>::ss(sums, a + 2 * k, b + 2 * k, 1);
    wgmma_commit();
    wgmma_wait<0>();
    if (c + kStages < chunks) {
      __syncthreads();
      if (threadIdx.x == 0) load_weights(c + kStages);
    }
  }

#pragma unroll
  for (int j = 0; j < columns / 8; ++j) {
    const int column = column0 + 8 * j;
    const bool inside = column < p.dim_padded;
    const float2 bias = inside ? *reinterpret_cast<const float2 *>(p.bias + column) : float2{0, 0};
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const int row = row0 + 8 * half;
      float2 value = {sums[4 * j + 2 * half] + bias.x, sums[4 * j + 2 * half + 1] + bias.y};
      sums[4 * j + 2 * half] = value.x;
      sums[4 * j + 2 * half + 1] = value.y;
      if (inside && row < tokens)
        *reinterpret_cast<float2 *>(p.x + static_cast<size_t>(row) * p.dim_padded + column) = value;
    }
  }
  if (p.xn == nullptr) return;

  // Partial moments of every 64 columns, a quad of lanes a row.
#pragma unroll
  for (int s = 0; s < kStats; ++s) {
    const int start = group * columns + s * kStatColumns;
    const int count = min(max(p.dim - start, 0), kStatColumns);
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float sum = 0;
#pragma unroll
      for (int j = 0; j < 8; ++j) {
        const float *d = sums + 4 * (s * 8 + j) + 2 * half;
        sum = __fadd_rn(sum, __fadd_rn(d[0], d[1]));  // padding columns are zeros
      }
      sum = quad_sum(sum);
      const float mean = count > 0 ? __fdiv_rn(sum, count) : 0.0f;
      float squares = 0;
#pragma unroll
      for (int j = 0; j < 8; ++j) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
          const float d = __fsub_rn(sums[4 * (s * 8 + j) + 2 * half + i], mean);
          const float masked = 8 * j + 2 * (lane & 3) + i < count ? d : 0.0f;
          squares = __fmaf_rn(masked, masked, squares);
        }
      }
      squares = quad_sum(squares);
      if ((lane & 3) == 0)
        moments[(group * kStats + s) * kGroupRows + (warp & 3) * kWarpRows + (lane >> 2) + 8 * half] = {sum, squares};
    }
  }
  __syncthreads();  // also: every warpgroup is done with the gated rows, whose memory takes the pieces
  float mean[2], rstd[2];
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const Moments *row_moments = moments + (warp & 3) * kWarpRows + (lane >> 2) + 8 * half;
    float sum = 0;
    for (int start = 0, s = 0; start < p.dim; start += kStatColumns, ++s)
      sum = __fadd_rn(sum, row_moments[s * kGroupRows].sum);
    mean[half] = __fdiv_rn(sum, p.dim);
    float squares = 0;
    for (int start = 0, s = 0; start < p.dim; start += kStatColumns, ++s) {
      const float count = min(p.dim - start, kStatColumns);
      const Moments part = row_moments[s * kGroupRows];
      const float d = __fsub_rn(__fdiv_rn(part.sum, count), mean[half]);
      squares = __fadd_rn(squares, __fmaf_rn(__fmul_rn(count, d), d, part.squares));
    }
    rstd[half] = rsqrtf(__fadd_rn(__fdiv_rn(squares, p.dim), kNormEpsilon));
  }

#pragma unroll
  for (int s = 0; s < columns / kPieceColumns; ++s) {
    const int start = group * columns + s * kPieceColumns;
    if (start >= p.dim_padded) break;
    unsigned char *piece = gated + (warp * (columns / kPieceColumns) + s) * kPieceBytes;
    uint32_t low[8], high[8];
#pragma unroll
    for (int j = 0; j < 8; ++j) {
      const float *d = sums + 4 * (s * 8 + j);
      const int column = start + 8 * j + 2 * (lane & 3);
      const bool first = column < p.dim, second = column + 1 < p.dim;
      low[j] = pack(first ? __fmul_rn(__fsub_rn(d[0], mean[0]), rstd[0]) : 0.0f,
                    second ? __fmul_rn(__fsub_rn(d[1], mean[0]), rstd[0]) : 0.0f);
      high[j] = pack(first ? __fmul_rn(__fsub_rn(d[2], mean[1]), rstd[1]) : 0.0f,
                     second ? __fmul_rn(__fsub_rn(d[3], mean[1]), rstd[1]) : 0.0f);
    }
    stage_piece(shared_address(piece), low, high, lane);
    store_piece(&result_map, p.xn, p.dim_padded, tile0 + (warp & 3) * kWarpRows, start, tokens, piece, lane);
  }
  if (lane == 0) store_wait_read<0>();
#endif
}

template <int vectors, int groups, int columns>
cudaError_t launch_tiles(const OutputArgs &args, cudaStream_t stream) {
  const Shape &shape = args.shape;
  const bool whole_rows = shape.dim_padded <= groups * columns;
  OutputParameters p = {args.header, args.uvqk,        args.attended, args.bias,   args.x,
                        whole_rows ? args.xn : nullptr, shape.dim,     shape.dim_padded, shape.hidden,
                        shape.width, shape.value_dim};
  CUtensorMap weights_map, result_map = {};
  cudaError_t status =
      tensor_map(&weights_map, args.weights, shape.dim_padded, shape.hidden, shape.hidden, columns, kChunk);
  if (status == cudaSuccess && p.xn != nullptr)
    status =
        tensor_map(&result_map, p.xn, args.rows, shape.dim_padded, shape.dim_padded, kWarpRows, kPieceColumns);
  const int bytes = shared_bytes(groups, columns, shape.hidden);
  const auto kernel = output_kernel<vectors, groups, columns>;
  if (status == cudaSuccess)
    status = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  if (status != cudaSuccess) return status;
  const dim3 grid((args.rows + kGroupRows - 1) / kGroupRows, (shape.dim_padded + groups * columns - 1) / (groups * columns));
  status = launch_overlapped(kernel, grid, dim3(groups * 128), bytes, stream, weights_map, result_map, p);
  if (status != cudaSuccess || whole_rows || args.xn == nullptr) return status;
  return normalize_rows(args, stream);
}

template <int vectors>
cudaError_t launch_rows(const OutputArgs &args, cudaStream_t stream) {
  const int dim = args.shape.dim_padded;
  if (dim <= 64) return launch_tiles<vectors, 1, 64>(args, stream);
  if (dim <= 128) return launch_tiles<vectors, 1, 128>(args, stream);
  if (dim <= 256) return launch_tiles<vectors, 1, 256>(args, stream);
  // Beside the longest gated rows only one warpgroup's weights fit.
  if (shared_bytes(2, 256, args.shape.hidden) > 227 * 1024) return launch_tiles<vectors, 1, 256>(args, stream);
  return launch_tiles<vectors, 2, 256>(args, stream);
}

__global__ void normalize_kernel(const BatchHeader *header, const float *x, bf16 *xn, int dim, int dim_padded) {
  admit_successor();
  await_predecessor();
  const int row = blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5), lane = threadIdx.x & 31;
  if (row >= header->tokens) return;
  const float *values = x + static_cast<size_t>(row) * dim_padded;
  float sum = 0, squares = 0;
  for (int c = lane; c < dim; c += 32) sum += values[c];
  const float mean = warp_sum(sum) / dim;
  for (int c = lane; c < dim; c += 32) squares = fmaf(values[c] - mean, values[c] - mean, squares);
  const float rstd = rsqrtf(warp_sum(squares) / dim + kNormEpsilon);
  for (int c = 2 * lane; c < dim_padded; c += 64)
    *reinterpret_cast<uint32_t *>(xn + static_cast<size_t>(row) * dim_padded + c) =
        pack(c < dim ? (values[c] - mean) * rstd : 0.0f, c + 1 < dim ? (values[c + 1] - mean) * rstd : 0.0f);
}

// One block a row: the gated row in shared memory, then a thread a column, then the row's norm by one thread.
__global__ void output_reference_kernel(const OutputArgs args) {
  extern __shared__ float shared_reference[];
  float *gated = shared_reference, *row_x = gated + args.shape.hidden;
  const Shape &shape = args.shape;
  const int hidden = shape.hidden, dim = shape.dim_padded;
  const int row = blockIdx.x;
  if (row >= args.header->tokens) return;
  const bf16 *o = args.attended + static_cast<size_t>(row) * hidden;
  const bf16 *u = args.uvqk + static_cast<size_t>(row) * 4 * hidden;
  float mean = 0, variance = 0;
  const int count = shape.heads * shape.value_dim;
  for (int h = 0; h < shape.heads; ++h)
    for (int i = 0; i < shape.value_dim; ++i) mean += __bfloat162float(o[h * shape.width + i]);
  mean /= count;
  for (int h = 0; h < shape.heads; ++h)
    for (int i = 0; i < shape.value_dim; ++i) {
      const float d = __bfloat162float(o[h * shape.width + i]) - mean;
      variance += d * d;
    }
  variance /= count;
  for (int c = threadIdx.x; c < hidden; c += blockDim.x)
    gated[c] = __bfloat162float(
        __float2bfloat16_rn(__bfloat162float(u[c]) * ((__bfloat162float(o[c]) - mean) / sqrtf(variance + kNormEpsilon))));
  __syncthreads();
  for (int c = threadIdx.x; c < dim; c += blockDim.x) {
    float sum = 0;
    for (int k = 0; k < hidden; ++k)
      sum += gated[k] * __bfloat162float(args.weights[static_cast<size_t>(c) * hidden + k]);
    row_x[c] = args.x[static_cast<size_t>(row) * dim + c] + (sum + args.bias[c]);
    args.x[static_cast<size_t>(row) * dim + c] = row_x[c];
  }
  __syncthreads();
  if (args.xn == nullptr) return;
  mean = variance = 0;
  for (int c = 0; c < shape.dim; ++c) mean += row_x[c];
  mean /= shape.dim;
  for (int c = 0; c < shape.dim; ++c) variance += (row_x[c] - mean) * (row_x[c] - mean);
  variance /= shape.dim;
  for (int c = threadIdx.x; c < dim; c += blockDim.x)
    args.xn[static_cast<size_t>(row) * dim + c] =
        __float2bfloat16_rn(c < shape.dim ? (row_x[c] - mean) / sqrtf(variance + kNormEpsilon) : 0.0f);
}

}  // namespace

cudaError_t output_hopper(const OutputArgs &args, cudaStream_t stream) {
  const int hidden = args.shape.hidden;
  if (hidden <= 256) return launch_rows<1>(args, stream);
  if (hidden <= 512) return launch_rows<2>(args, stream);
  if (hidden <= kMaxHidden) return launch_rows<4>(args, stream);
  return cudaErrorInvalidValue;
}

cudaError_t output(const OutputArgs &args, Path path, cudaStream_t stream) {
  return path == Path::kHopper ? output_hopper(args, stream) : output_ampere(args, stream);
}

cudaError_t normalize_rows(const OutputArgs &args, cudaStream_t stream) {
  constexpr int kRows = 8;
  return launch_overlapped(normalize_kernel, dim3((args.rows + kRows - 1) / kRows), dim3(kRows * 32), 0, stream,
                           args.header, static_cast<const float *>(args.x), args.xn, args.shape.dim,
                           args.shape.dim_padded);
}

cudaError_t output_reference(const OutputArgs &args, cudaStream_t stream) {
  const int bytes = (args.shape.hidden + args.shape.dim_padded) * static_cast<int>(sizeof(float));
  output_reference_kernel<<<args.rows, 128, bytes, stream>>>(args);
  return cudaGetLastError();
}

}  // namespace hstu
