// x += (u * layerNorm(o)) * Wo^T + bo and xn = layerNorm(x) on Hopper. A block of the grid walks down tiles of 64 whole rows. One warpgroup gates rows
// into shared memory and brings the weights, two multiply: they share a tile, half of the columns each, unless rows are so short that each has its own.
// The sums start from x itself, so the residual's loads fly while the rows are gated, and both norms happen on chip.
#include "output.cuh"

#include "output_gate.cuh"

namespace hstu {
namespace {

constexpr int kChunk = 64;  // k of a gated piece: 128 bytes, a swizzled row
constexpr int kChunkBytes = kGroupRows * kChunk * sizeof(bf16);
constexpr int kGroups = 2;  // warpgroups that multiply; one more gates
constexpr int kThreads = (kGroups + 1) * 128;
constexpr int kMaxStages = 16;
constexpr int kMaxHidden = 1024;
constexpr int kMaxColumns = 512;  // of a row within one block
[[maybe_unused]] constexpr int kPairBarrier = 1;   // named barrier of the two warpgroups that multiply

// Sum and sum of squared deviations of 64 columns of a row, to be merged with those of others (Chan et al.). The same 64 for every tile shape,
// so that bits agree.
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
  bf16 *xn;  // null where rows are longer than a block's columns
  int dim, dim_padded, hidden, width, value_dim;
  float inverse_dim, inverse_rest;  // 1 / D and 1 / (D mod 64)
  int buffers;  // gated tiles in shared memory, 1 or 2
  int stages;   // of the ring of weights
};

// What follows the gated tiles and the ring in shared memory.
struct Rest {
  unsigned char pieces[kGroups * 4][kPieceBytes];
  Moments moments[2][kMaxColumns / 64][kGroupRows];
  float biases[kMaxColumns];
  uint64_t gated_full[2], gated_empty[2];
  uint64_t full[kMaxStages], empty[kMaxStages];
};

__device__ __forceinline__ float quad_sum(float value) {
  value += __shfl_xor_sync(0xffffffff, value, 1);
  return value + __shfl_xor_sync(0xffffffff, value, 2);
}

// Gates the rows of a tile: a warp takes every `warps`-th four rows; `ahead`: the next ones' loads fly meanwhile.
template <int vectors, bool ahead>
__device__ __forceinline__ void gate_tile(const GateLane &at, unsigned char *gated, int tile0, int tokens, int chunks, int warp,
                                          int warps) {
  GateRows<vectors> rows, next;
  int row = warp * kGateRows + at.row;
  rows.load(at, tile0 + row, row < kGroupRows && tile0 + row < tokens);
  for (; row < kGroupRows; row += warps * kGateRows) {
    const int next_row = row + warps * kGateRows;
    if constexpr (ahead) next.load(at, tile0 + next_row, next_row < kGroupRows && tile0 + next_row < tokens);
    rows.apply(at);
#pragma unroll
    for (int v = 0; v < vectors; ++v)
      if (v < chunks) *reinterpret_cast<uint4 *>(gated + v * kChunkBytes + swizzled(row, at.vector)) = rows.attended[v];
    if constexpr (ahead)
      rows = next;
    else
      rows.load(at, tile0 + next_row, next_row < kGroupRows && tile0 + next_row < tokens);
  }
}

// Moments of 64 columns of a row, a quad of lanes a row; the first `count` columns are real, the others zeros.
[[maybe_unused]] __device__ __forceinline__ Moments moments_of(const float *sums, int half, int count, float inverse_count, int lane) {
  const int limit = count - 2 * (lane & 3);
  float sum = 0;
#pragma unroll
  for (int j = 0; j < 8; ++j) sum = __fadd_rn(sum, __fadd_rn(sums[4 * j + 2 * half], sums[4 * j + 2 * half + 1]));
  sum = quad_sum(sum);
  const float mean = __fmul_rn(sum, inverse_count);
  float squares = 0;
#pragma unroll
  for (int j = 0; j < 8; ++j)
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      const float d = __fsub_rn(sums[4 * j + 2 * half + i], mean);
      if (8 * j + i < limit) squares = __fmaf_rn(d, d, squares);
    }
  return {sum, quad_sum(squares)};
}

// Merges the moments of a row's 64-column parts, in order; returns its mean and 1 / deviation.
template <int parts>
__device__ __forceinline__ float2 norm_of(const Moments *moments, const OutputParameters &p) {
  Moments part[parts];
  float sum = 0;
#pragma unroll
  for (int s = 0; s < parts; ++s) {
    part[s] = moments[s * kGroupRows];
    sum = __fadd_rn(sum, part[s].sum);
  }
  const float mean = __fmul_rn(sum, p.inverse_dim);
  float squares = 0;
#pragma unroll
  for (int s = 0; s < parts; ++s) {
    const int count = min(max(p.dim - 64 * s, 0), 64);
    const float d = __fsub_rn(__fmul_rn(part[s].sum, count == 64 ? 1.0f / 64 : p.inverse_rest), mean);
    squares = __fadd_rn(squares, __fmaf_rn(__fmul_rn(static_cast<float>(count), d), d, part[s].squares));
  }
  return {mean, rsqrtf(__fmaf_rn(squares, p.inverse_dim, kNormEpsilon))};
}

// Rows of x that a later tile will start from: on their way to the second-level cache while this one is worked on.
[[maybe_unused]] __device__ __forceinline__ void prefetch_rows(const OutputParameters &p, int row0, int tokens, int column0, int columns,
                                              int thread, int threads) {
  const int lines = columns / 32;
  for (int i = thread; i < kGroupRows * lines; i += threads) {
    const int row = row0 + i / lines, column = column0 + i % lines * 32;
    if (row < tokens && column < p.dim_padded)
      asm volatile("prefetch.global.L2 [%0];" ::"l"(p.x + static_cast<size_t>(row) * p.dim_padded + column));
  }
}

// k of a stage of the ring.
template <int columns>
constexpr int kStageK = columns == 256 ? 32 : 64;

// Blocks that share a multiprocessor.
template <int vectors, bool split>
constexpr int kResidents = vectors == 1 && !split ? 2 : 1;

// `split`: the two warpgroups share a tile, `columns` each; else each has its own tiles.
template <int vectors, int columns, bool split>
__global__ void __launch_bounds__(kThreads, (kResidents<vectors, split>))
    output_kernel(const __grid_constant__ CUtensorMap weights_map, const __grid_constant__ CUtensorMap result_map,
                  const OutputParameters p) {
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
  constexpr int kK = kStageK<columns>;
  constexpr int kStageBytes = columns * kK * sizeof(bf16);
  constexpr int kParts = columns / 64;
  constexpr int kSharers = split ? 2 : 1;
  constexpr bool kFewRegisters = kResidents<vectors, split> > 1;
  extern __shared__ unsigned char shared_raw[];
  unsigned char *gated = shared_raw + alignment_gap(shared_raw);
  const int chunks = (p.hidden + kChunk - 1) / kChunk;
  const int stages_a_tile = (p.hidden + kK - 1) / kK;
  unsigned char *ring = gated + p.buffers * chunks * kChunkBytes;
  Rest &rest = *reinterpret_cast<Rest *>(ring + p.stages * kStageBytes);
  // Weights that fit stay: every tile uses the same.
  const bool stationary = p.stages == stages_a_tile * kSharers;
  // The copying warp gates too once it has nothing more to copy.
  const int gate_warps = stationary ? 4 : 3;
  const int gaters = gate_warps + kGroups * 4;

  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
  const int group = __shfl_sync(0xffffffff, threadIdx.x >> 7, 0);
  const int block_column = blockIdx.y * kMaxColumns;
  const int tokens = tokens_of(p.header);
  const int tiles = (tokens + kGroupRows - 1) / kGroupRows;
  if (blockIdx.x >= tiles) return;
  if (threadIdx.x == 0) {
    for (int b = 0; b < p.buffers; ++b) {
      barrier_init(&rest.gated_full[b], gate_warps);
      barrier_init(&rest.gated_empty[b], split ? 8 : 4);
    }
    for (int s = 0; s < p.stages; ++s) {
      barrier_init(&rest.full[s], 1);
      barrier_init(&rest.empty[s], 4);
    }
    barrier_init_fence();
  }
  for (int c = threadIdx.x; c < kSharers * columns; c += kThreads)
    rest.biases[c] = block_column + c < p.dim_padded ? p.bias[block_column + c] : 0.0f;
  __syncthreads();
  admit_successor();

  // Weights wait for no earlier kernel: the first ring's worth is under way before its end.
  const int boxes_a_tile = stages_a_tile * kSharers;
  const int early = min(p.stages, boxes_a_tile);
  const auto load_weights = [&](int n, int slot) {
    const int stage = n % boxes_a_tile / kSharers, sharer = n % kSharers;
    barrier_expect(&rest.full[slot], kStageBytes);
    copy_box(ring + slot * kStageBytes, &weights_map, stage * kK, block_column + sharer * columns, &rest.full[slot]);
  };
  if (warp == kGroups * 4 && lane == 0)
    for (int n = 0; n < early; ++n) load_weights(n, n);
  __syncwarp();
  await_predecessor();

  // The first tile is every warp's to gate: nothing can be multiplied before.
  const GateLane at(p.attended, p.uvqk, p.hidden, p.width, p.value_dim, vectors * 64, lane);
  const int gater = group < kGroups ? gate_warps + warp : warp - (kGroups + 1) * 4 + gate_warps;
  if (group < kGroups)
    prefetch_rows(p, blockIdx.x * kGroupRows, tokens, block_column, kSharers * columns, threadIdx.x, kGroups * 128);
  if (gater >= 0) gate_tile<vectors, false>(at, gated, blockIdx.x * kGroupRows, tokens, chunks, gater, gaters);
  fence_async();
  __syncthreads();

  if (group >= kGroups) {
    if constexpr (!kFewRegisters) registers_shrink<120>();
    if (warp == kGroups * 4 && lane == 0 && !stationary) {
      const int boxes = (tiles - blockIdx.x + gridDim.x - 1) / gridDim.x * boxes_a_tile;
      RingPlace place;
      place.advance(early, p.stages);
      for (int n = early; n < boxes; ++n) {
        barrier_wait(&rest.empty[place.slot], place.parity ^ 1);
        load_weights(n, place.slot);
        place.advance(1, p.stages);
      }
    }
    __syncwarp();
    if (gater >= 0) {
      RingPlace place;
      for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        if (tile != blockIdx.x) {
          barrier_wait(&rest.gated_empty[place.slot], place.parity ^ 1);
          gate_tile<vectors, (vectors <= 4)>(at, gated + place.slot * chunks * kChunkBytes, tile * kGroupRows, tokens,
                                             chunks, gater, gate_warps);
          fence_async();
          __syncwarp();
        }
        if (lane == 0) barrier_arrive(&rest.gated_full[place.slot]);
        place.advance(1, p.buffers);
      }
    }
  } else {
    if constexpr (!kFewRegisters) registers_grow<192>();
    const int sharer = split ? group : 0;
    const int first_column = block_column + sharer * columns;
    RingPlace place, gate_place;
    place.advance(split ? group : group * stages_a_tile, p.stages);
    if (!split) gate_place.advance(group, p.buffers);
    const uint32_t gated_address = shared_address(gated), ring_address = shared_address(ring);
    unsigned char *piece = rest.pieces[warp];
    const int quad_row = (warp & 3) * kWarpRows + (lane >> 2);
    uint32_t odd = 0;
    for (int tile = blockIdx.x + (split ? 0 : group) * gridDim.x; tile < tiles;
         tile += (split ? 1 : kGroups) * gridDim.x) {
      const int warp_row = tile * kGroupRows + (warp & 3) * kWarpRows;
      const int row0 = warp_row + (lane >> 2);
      const bool upper_real = row0 < tokens, lower_real = row0 + 8 < tokens;
      float *upper_x = p.x + static_cast<size_t>(row0) * p.dim_padded + first_column + 2 * (lane & 3);
      float *lower_x = upper_x + 8 * static_cast<size_t>(p.dim_padded);
      float sums[columns / 2];
#pragma unroll
      for (int s = 0; s < kParts; ++s) {
        const bool inside = first_column + 64 * s < p.dim_padded;
#pragma unroll
        for (int j = s * 8; j < s * 8 + 8; ++j) {
          float2 upper = {0, 0}, lower = {0, 0};
          if (inside && upper_real) upper = *reinterpret_cast<const float2 *>(upper_x + 8 * j);
          if (inside && lower_real) lower = *reinterpret_cast<const float2 *>(lower_x + 8 * j);
          sums[4 * j] = upper.x;
          sums[4 * j + 1] = upper.y;
          sums[4 * j + 2] = lower.x;
          sums[4 * j + 3] = lower.y;
        }
      }
      if (split)
        prefetch_rows(p, (tile + gridDim.x) * kGroupRows, tokens, block_column, kSharers * columns, threadIdx.x,
                      kGroups * 128);

      barrier_wait(&rest.gated_full[gate_place.slot], gate_place.parity);
      const uint32_t tile_address = gated_address + gate_place.slot * chunks * kChunkBytes;
      for (int s = 0; s < stages_a_tile; ++s) {
        const int slot = stationary ? s * kSharers + sharer : place.slot;
        barrier_wait(&rest.full[slot], stationary ? 0 : place.parity);
        const uint64_t a = k_major(tile_address + s * kK / kChunk * kChunkBytes, Swizzle::k128) + s * kK % kChunk / 8;
        const uint64_t b = k_major(ring_address + slot * kStageBytes, kK == 64 ? Swizzle::k128 : Swizzle::k64);
        wgmma_fence();
#pragma unroll
        for (int k = 0; k < kK / 16; ++k) Wgmma<columns>::ss(sums, a + 2 * k, b + 2 * k, 1);
        wgmma_commit();
        wgmma_wait<0>();
        if (lane == 0 && !stationary) barrier_arrive(&rest.empty[slot]);
        place.advance(kSharers, p.stages);
      }
      if (lane == 0) barrier_arrive(&rest.gated_empty[gate_place.slot]);
      if (!split) place.advance(stages_a_tile, p.stages);
      gate_place.advance(split ? 1 : 2, p.buffers);

      // The two warpgroups use one set of moments for a shared tile (the next tile the other), else one each.
      Moments *moments = rest.moments[split ? odd : group][0] + quad_row;
      odd ^= 1;
#pragma unroll
      for (int s = 0; s < kParts; ++s) {
        const bool inside = first_column + 64 * s < p.dim_padded;
        float *part = sums + 32 * s;
#pragma unroll
        for (int j = 0; j < 8; ++j) {
          const float2 bias = *reinterpret_cast<const float2 *>(rest.biases + sharer * columns + 64 * s + 8 * j + 2 * (lane & 3));
          part[4 * j] += bias.x;
          part[4 * j + 1] += bias.y;
          part[4 * j + 2] += bias.x;
          part[4 * j + 3] += bias.y;
          if (inside && upper_real)
            *reinterpret_cast<float2 *>(upper_x + 64 * s + 8 * j) = {part[4 * j], part[4 * j + 1]};
          if (inside && lower_real)
            *reinterpret_cast<float2 *>(lower_x + 64 * s + 8 * j) = {part[4 * j + 2], part[4 * j + 3]};
        }
        const int count = min(max(p.dim - first_column - 64 * s, 0), 64);
        const float inverse_count = count == 64 ? 1.0f / 64 : p.inverse_rest;
#pragma unroll
        for (int half = 0; half < 2; ++half) {
          const Moments of_part = moments_of(part, half, count, inverse_count, lane);
          if ((lane & 3) == 0) moments[(sharer * kParts + s) * kGroupRows + 8 * half] = of_part;
        }
      }
      if (p.xn == nullptr) continue;
      if constexpr (split)
        named_barrier(kPairBarrier, kGroups * 128);
      else
        __syncwarp();
      const float2 upper = norm_of<kSharers * kParts>(moments, p), lower = norm_of<kSharers * kParts>(moments + 8, p);
      __syncwarp();

#pragma unroll
      for (int s = 0; s < kParts; ++s) {
        const int start = first_column + 64 * s;
        if (start >= p.dim_padded) break;
        float *part = sums + 32 * s;
#pragma unroll
        for (int j = 0; j < 8; ++j) {
          part[4 * j] = __fmul_rn(__fsub_rn(part[4 * j], upper.x), upper.y);
          part[4 * j + 1] = __fmul_rn(__fsub_rn(part[4 * j + 1], upper.x), upper.y);
          part[4 * j + 2] = __fmul_rn(__fsub_rn(part[4 * j + 2], lower.x), lower.y);
          part[4 * j + 3] = __fmul_rn(__fsub_rn(part[4 * j + 3], lower.x), lower.y);
        }
        if (start + 64 > p.dim) {
#pragma unroll
          for (int j = 0; j < 8; ++j) {
            const int column = start + 8 * j + 2 * (lane & 3);
            if (column >= p.dim) part[4 * j] = part[4 * j + 2] = 0;
            if (column + 1 >= p.dim) part[4 * j + 1] = part[4 * j + 3] = 0;
          }
        }
        uint32_t low[8], high[8];
#pragma unroll
        for (int j = 0; j < 8; ++j) {
          low[j] = pack(part[4 * j], part[4 * j + 1]);
          high[j] = pack(part[4 * j + 2], part[4 * j + 3]);
        }
        if (lane == 0) store_wait_read<0>();
        __syncwarp();
        stage_piece(shared_address(piece), low, high, lane);
        store_piece(&result_map, p.xn, p.dim_padded, warp_row, start, tokens, piece, lane);
      }
    }
    if (lane == 0) store_wait_read<0>();
  }
#endif
}

template <int vectors, int columns, bool split>
cudaError_t launch_tiles(const OutputArgs &args, int multiprocessors, cudaStream_t stream) {
  constexpr int kK = kStageK<columns>;
  constexpr int kStageBytes = columns * kK * sizeof(bf16);
  constexpr int kSharers = split ? 2 : 1;
  constexpr int kBlockColumns = kSharers * columns;
  constexpr int kBlocks = kResidents<vectors, split>;
  const Shape &shape = args.shape;
  const bool whole_rows = shape.dim_padded <= kBlockColumns;
  const int gated_bytes = (shape.hidden + kChunk - 1) / kChunk * kChunkBytes;
  const int free_bytes = (kSharedLimit - (kBlocks - 1) * 1024) / kBlocks - 1024 - static_cast<int>(sizeof(Rest));
  const int stages_a_tile = (shape.hidden + kK - 1) / kK;
  // Two gated tiles unless they leave the ring too little.
  const int buffers = free_bytes - 2 * gated_bytes >= 2 * kStageBytes ? 2 : 1;
  int stages = (free_bytes - buffers * gated_bytes) / kStageBytes;
  if (stages > kMaxStages) stages = kMaxStages;
  if (stages > stages_a_tile * kSharers) stages = stages_a_tile * kSharers;
  // A slot always serves the same warpgroup: another, a turn behind, would take an old parity for its own.
  stages -= stages % kSharers;
  // Rows of o too long for a block go the older way, also where two warpgroups with tiles of their own would share slots.
  if (stages < kSharers || (!split && (buffers < 2 || stages < stages_a_tile))) return output_ampere(args, stream);

  const OutputParameters p = {args.header,     args.uvqk,    args.attended,  args.bias,
                              args.x,          whole_rows ? args.xn : nullptr, shape.dim, shape.dim_padded,
                              shape.hidden,    shape.width,  shape.value_dim, 1.0f / shape.dim,
                              shape.dim % 64 ? 1.0f / (shape.dim % 64) : 0.0f, buffers, stages};
  CUtensorMap weights_map, result_map = {};
  cudaError_t status =
      tensor_map(&weights_map, args.weights, shape.dim_padded, shape.hidden, shape.hidden, columns, kK);
  if (status == cudaSuccess && p.xn != nullptr)
    status = tensor_map(&result_map, p.xn, args.rows, shape.dim_padded, shape.dim_padded, kWarpRows, kPieceColumns);
  const int bytes = 1024 + buffers * gated_bytes + stages * kStageBytes + static_cast<int>(sizeof(Rest));
  const auto kernel = output_kernel<vectors, columns, split>;
  if (status == cudaSuccess)
    status = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  if (status != cudaSuccess) return status;
  const int tiles = (args.rows + kGroupRows - 1) / kGroupRows;
  const int places = multiprocessors * kBlocks;
  const dim3 grid(tiles < places ? tiles : places,
                  (shape.dim_padded + kBlockColumns - 1) / kBlockColumns);
  status = launch_overlapped(kernel, grid, dim3(kThreads), bytes, stream, weights_map, result_map, p);
  if (status != cudaSuccess || whole_rows || args.xn == nullptr) return status;
  return normalize_rows(args, stream);
}

template <int vectors>
cudaError_t launch_rows(const OutputArgs &args, cudaStream_t stream) {
  int multiprocessors = 0;
  const cudaError_t status = device_attribute(cudaDevAttrMultiProcessorCount, &multiprocessors);
  if (status != cudaSuccess) return status;
  const int dim = args.shape.dim_padded;
  if (dim <= 64) return launch_tiles<vectors, 64, false>(args, multiprocessors, stream);
  if (dim <= 128) return launch_tiles<vectors, 64, true>(args, multiprocessors, stream);
  if (dim <= 256) return launch_tiles<vectors, 128, true>(args, multiprocessors, stream);
  return launch_tiles<vectors, 256, true>(args, multiprocessors, stream);
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
  if (hidden <= 64) return launch_rows<1>(args, stream);
  if (hidden <= 256) return launch_rows<4>(args, stream);
  if (hidden <= 512) return launch_rows<8>(args, stream);
  if (hidden <= kMaxHidden) return launch_rows<16>(args, stream);
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
