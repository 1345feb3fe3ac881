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
constexpr int kPairBarrier = 1;   // named barrier of the two warpgroups that multiply

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
  int buffers;  // gated tiles in shared memory, 1 or 2
  int stages;   // of the ring of weights
};

// What follows the gated tiles and the ring in shared memory.
struct Rest {
  unsigned char pieces[kGroups * 4][kPieceBytes];
  Moments moments[2][kMaxColumns / 64][kGroupRows];
  float biases[kMaxColumns];
  uint64_t gated_full[2], gated_empty[2];
  uint64_t first_gated;
  uint64_t full[kMaxStages], empty[kMaxStages];
};

__device__ __forceinline__ float quad_sum(float value) {
  value += __shfl_xor_sync(0xffffffff, value, 1);
  return value + __shfl_xor_sync(0xffffffff, value, 2);
}

// Gates the rows of a tile: a warp takes every `warps`-th four rows, the next ones' loads fly meanwhile.
template <int vectors>
__device__ __forceinline__ void gate_tile(const GateLane &at, unsigned char *gated, int tile0, int tokens, int chunks, int warp,
                                          int warps) {
  constexpr bool kAhead = vectors <= 4;
  GateRows<vectors> rows, next;
  int row = warp * kGateRows + at.row;
  rows.load(at, tile0 + row, row < kGroupRows && tile0 + row < tokens);
  for (; row < kGroupRows; row += warps * kGateRows) {
    const int next_row = row + warps * kGateRows;
    if (kAhead) next.load(at, tile0 + next_row, next_row < kGroupRows && tile0 + next_row < tokens);
    rows.apply(at);
#pragma unroll
    for (int v = 0; v < vectors; ++v)
      if (v < chunks) *reinterpret_cast<uint4 *>(gated + v * kChunkBytes + swizzled(row, at.vector)) = rows.attended[v];
    if (kAhead)
      rows = next;
    else
      rows.load(at, tile0 + next_row, next_row < kGroupRows && tile0 + next_row < tokens);
  }
}

// A warpgroup's sums: rows row0 and row0 + 8, columns column0 + 8 j and the next, of a row-major float matrix.
template <int columns, typename Visit>
__device__ __forceinline__ void visit_rows(float *x, int row0, int column0, int tokens, int dim_padded, bool whole,
                                           Visit visit) {
  float *upper = x + static_cast<size_t>(row0) * dim_padded + column0;
  float *lower = upper + 8 * static_cast<size_t>(dim_padded);
  if (whole) {
#pragma unroll
    for (int j = 0; j < columns / 8; ++j) {
      visit(j, 0, reinterpret_cast<float2 *>(upper + 8 * j));
      visit(j, 1, reinterpret_cast<float2 *>(lower + 8 * j));
    }
  } else {
    const int upper_end = row0 < tokens ? dim_padded : 0, lower_end = row0 + 8 < tokens ? dim_padded : 0;
#pragma unroll
    for (int j = 0; j < columns / 8; ++j) {
      visit(j, 0, column0 + 8 * j < upper_end ? reinterpret_cast<float2 *>(upper + 8 * j) : nullptr);
      visit(j, 1, column0 + 8 * j < lower_end ? reinterpret_cast<float2 *>(lower + 8 * j) : nullptr);
    }
  }
}

// Moments of the 64 columns that `sums` begins with, rows row0 (half 0) and row0 + 8; `count` of the columns are real.
template <bool all_real>
__device__ __forceinline__ Moments moments_of(const float *sums, int half, int count, int lane) {
  float sum = 0;
#pragma unroll
  for (int j = 0; j < 8; ++j)
    sum = __fadd_rn(sum, __fadd_rn(sums[4 * j + 2 * half], sums[4 * j + 2 * half + 1]));  // padding columns are zeros
  sum = quad_sum(sum);
  const float mean = __fmul_rn(sum, 1.0f / max(count, 1));
  float squares = 0;
#pragma unroll
  for (int j = 0; j < 8; ++j)
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      const float d = __fsub_rn(sums[4 * j + 2 * half + i], mean);
      if (all_real || 8 * j + 2 * (lane & 3) + i < count) squares = __fmaf_rn(d, d, squares);
    }
  return {sum, quad_sum(squares)};
}

// Merges the moments of a row's 64-column parts, in order; returns its mean and 1 / deviation.
__device__ __forceinline__ float2 norm_of(const Moments (*parts)[kGroupRows], int row, int dim) {
  const int whole = dim / 64, rest = dim % 64, count = whole + (rest > 0);
  float sum = 0;
  for (int s = 0; s < count; ++s) sum = __fadd_rn(sum, parts[s][row].sum);
  const float inverse = 1.0f / dim;
  const float mean = __fmul_rn(sum, inverse);
  float squares = 0;
  for (int s = 0; s < count; ++s) {
    const float columns = s < whole ? 64 : rest;
    const Moments part = parts[s][row];
    const float d = __fsub_rn(__fmul_rn(part.sum, 1.0f / columns), mean);
    squares = __fadd_rn(squares, __fmaf_rn(__fmul_rn(columns, d), d, part.squares));
  }
  const float scale = rsqrtf(__fmaf_rn(squares, inverse, kNormEpsilon));
  return {mean, scale};
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
  unsigned char *gated =
      reinterpret_cast<unsigned char *>((reinterpret_cast<uintptr_t>(shared_raw) + 1023) & ~uintptr_t{1023});
  const int chunks = (p.hidden + kChunk - 1) / kChunk;
  const int stages_a_tile = (p.hidden + kK - 1) / kK;
  unsigned char *ring = gated + p.buffers * chunks * kChunkBytes;
  Rest &rest = *reinterpret_cast<Rest *>(ring + p.stages * kStageBytes);
  // Weights that fit stay: every tile uses the same.
  const bool stationary = p.stages == stages_a_tile * kSharers;
  // The copying warp gates too once it has nothing more to copy.
  const int gate_warps = stationary ? 4 : 3;

  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
  const int group = __shfl_sync(0xffffffff, threadIdx.x >> 7, 0);
  const int block_column = blockIdx.y * kMaxColumns;
  if (threadIdx.x == 0) {
    for (int b = 0; b < p.buffers; ++b) {
      barrier_init(&rest.gated_full[b], gate_warps);
      barrier_init(&rest.gated_empty[b], split ? 8 : 4);
    }
    for (int s = 0; s < p.stages; ++s) {
      barrier_init(&rest.full[s], 1);
      barrier_init(&rest.empty[s], 4);
    }
    barrier_init(&rest.first_gated, kGroups * 4);
    barrier_init_fence();
  }
  for (int c = threadIdx.x; c < kSharers * columns; c += kThreads)
    rest.biases[c] = block_column + c < p.dim_padded ? p.bias[block_column + c] : 0.0f;
  __syncthreads();
  admit_successor();

  if (group >= kGroups) {
    if constexpr (!kFewRegisters) registers_shrink<120>();
    if (warp == kGroups * 4 && lane == 0) {
      // Weights wait for no earlier kernel: the first ring's worth is under way before its end.
      const int per_tile = stages_a_tile * kSharers;
      const auto load = [&](int n, int slot) {
        const int stage = n % per_tile / kSharers, sharer = n % kSharers;
        barrier_expect(&rest.full[slot], kStageBytes);
        copy_box(ring + slot * kStageBytes, &weights_map, stage * kK, block_column + sharer * columns,
                 &rest.full[slot]);
      };
      const int early = min(p.stages, per_tile);
      for (int n = 0; n < early; ++n) load(n, n);
      await_predecessor();
      const int tiles = (p.header->tokens + kGroupRows - 1) / kGroupRows;
      const int own = blockIdx.x < tiles ? (tiles - blockIdx.x + gridDim.x - 1) / gridDim.x : 0;
      if (own == 0)  // what is under way must land before the block's shared memory is given to another
        for (int n = 0; n < early; ++n) barrier_wait(&rest.full[n], 0);
      RingPlace place;
      place.advance(early, p.stages);
      for (int n = early; n < own * per_tile && !stationary; ++n) {
        barrier_wait(&rest.empty[place.slot], place.parity ^ 1);
        load(n, place.slot);
        place.advance(1, p.stages);
      }
    }
    __syncwarp();
    if (warp > kGroups * 4 || stationary) {
      await_predecessor();
      const int tokens = p.header->tokens, tiles = (tokens + kGroupRows - 1) / kGroupRows;
      const GateLane at(p.attended, p.uvqk, p.hidden, p.width, p.value_dim, lane);
      RingPlace place;
      for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        barrier_wait(&rest.gated_empty[place.slot], place.parity ^ 1);
        // The first tile is every warp's: nothing can be multiplied before.
        const int gaters = tile == blockIdx.x ? gate_warps + kGroups * 4 : gate_warps;
        gate_tile<vectors>(at, gated + place.slot * chunks * kChunkBytes, tile * kGroupRows, tokens, chunks,
                           warp - (kGroups + 1) * 4 + gate_warps, gaters);
        fence_async();
        __syncwarp();
        if (lane == 0) barrier_arrive(&rest.gated_full[place.slot]);
        place.advance(1, p.buffers);
      }
    }
  } else {
    if constexpr (!kFewRegisters) registers_grow<192>();
    await_predecessor();
    const int tokens = p.header->tokens, tiles = (tokens + kGroupRows - 1) / kGroupRows;
    const int sharer = split ? group : 0;
    const int first_column = block_column + sharer * columns;
    RingPlace place, gate_place;
    place.advance(split ? group : group * stages_a_tile, p.stages);
    if (!split) gate_place.advance(group, p.buffers);
    if (blockIdx.x < tiles) {
      const int tile0 = blockIdx.x * kGroupRows;
      for (int line = threadIdx.x; line < kGroupRows * kSharers * columns / 32; line += kGroups * 128) {
        const int row = tile0 + line / (kSharers * columns / 32), column = block_column + line % (kSharers * columns / 32) * 32;
        if (row < tokens && column < p.dim_padded)
          asm volatile("prefetch.global.L2 [%0];" ::"l"(p.x + static_cast<size_t>(row) * p.dim_padded + column));
      }
      const GateLane at(p.attended, p.uvqk, p.hidden, p.width, p.value_dim, lane);
      gate_tile<vectors>(at, gated, tile0, tokens, chunks, gate_warps + warp, gate_warps + kGroups * 4);
      fence_async();
      __syncwarp();
      if (lane == 0) barrier_arrive(&rest.first_gated);
    }
    const uint32_t gated_address = shared_address(gated), ring_address = shared_address(ring);
    unsigned char *piece = rest.pieces[warp];
    uint32_t odd = 0;
    for (int tile = blockIdx.x + (split ? 0 : group) * gridDim.x; tile < tiles;
         tile += (split ? 1 : kGroups) * gridDim.x) {
      const int warp_row = tile * kGroupRows + (warp & 3) * kWarpRows;
      const int row0 = warp_row + (lane >> 2);
      const int column0 = first_column + 2 * (lane & 3);
      const bool whole = warp_row + kWarpRows <= tokens && first_column + columns <= p.dim_padded;
      float sums[columns / 2];
      visit_rows<columns>(p.x, row0, column0, tokens, p.dim_padded, whole, [&](int j, int half, const float2 *at) {
        const float2 value = at != nullptr ? *at : float2{0, 0};
        sums[4 * j + 2 * half] = value.x;
        sums[4 * j + 2 * half + 1] = value.y;
      });

      if (tile == blockIdx.x) barrier_wait(&rest.first_gated, 0);
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

      visit_rows<columns>(p.x, row0, column0, tokens, p.dim_padded, whole, [&](int j, int half, float2 *at) {
        const float2 bias = *reinterpret_cast<const float2 *>(rest.biases + column0 - block_column + 8 * j);
        const float2 value = {sums[4 * j + 2 * half] + bias.x, sums[4 * j + 2 * half + 1] + bias.y};
        sums[4 * j + 2 * half] = value.x;
        sums[4 * j + 2 * half + 1] = value.y;
        if (at != nullptr) *at = value;
      });
      if (p.xn == nullptr) continue;

      // Partial moments, a quad of lanes a row. The two warpgroups use one set for a shared tile (the next tile the other), else one each.
      Moments(*parts)[kGroupRows] = rest.moments[split ? odd : group];
      odd ^= 1;
      const int quad_row = (warp & 3) * kWarpRows + (lane >> 2);
#pragma unroll
      for (int s = 0; s < kParts; ++s) {
        const int count = min(max(p.dim - first_column - 64 * s, 0), 64);
#pragma unroll
        for (int half = 0; half < 2; ++half) {
          const Moments part = count == 64 ? moments_of<true>(sums + 32 * s, half, 64, lane)
                                           : moments_of<false>(sums + 32 * s, half, count, lane);
          if ((lane & 3) == 0) parts[sharer * kParts + s][quad_row + 8 * half] = part;
        }
      }
      if constexpr (split)
        named_barrier(kPairBarrier, kGroups * 128);
      else
        __syncwarp();
      const float2 upper = norm_of(parts, quad_row, p.dim), lower = norm_of(parts, quad_row + 8, p.dim);
      __syncwarp();

#pragma unroll
      for (int s = 0; s < kParts; ++s) {
        const int start = first_column + 64 * s;
        if (start >= p.dim_padded) break;
        uint32_t low[8], high[8];
#pragma unroll
        for (int j = 0; j < 8; ++j) {
          float *d = sums + 4 * (s * 8 + j);
          d[0] = __fmul_rn(__fsub_rn(d[0], upper.x), upper.y);
          d[1] = __fmul_rn(__fsub_rn(d[1], upper.x), upper.y);
          d[2] = __fmul_rn(__fsub_rn(d[2], lower.x), lower.y);
          d[3] = __fmul_rn(__fsub_rn(d[3], lower.x), lower.y);
          if (start + 64 > p.dim) {
            const int column = start + 8 * j + 2 * (lane & 3);
            if (column >= p.dim) d[0] = d[2] = 0;
            if (column + 1 >= p.dim) d[1] = d[3] = 0;
          }
          low[j] = pack(d[0], d[1]);
          high[j] = pack(d[2], d[3]);
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
  if (stages < 2 && stages < stages_a_tile * kSharers) return cudaErrorInvalidValue;

  const OutputParameters p = {args.header,     args.uvqk,    args.attended,  args.bias,
                              args.x,          whole_rows ? args.xn : nullptr, shape.dim, shape.dim_padded,
                              shape.hidden,    shape.width,  shape.value_dim, buffers,  stages};
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
