// uvqk = silu(xn * Wp^T) on Hopper. Each block of the grid keeps a slice of the weights (`columns` of them, every k) in shared memory for its whole
// life and walks down the rows in tiles of 64, which a copying warp streams through a ring. Two warpgroups take the tiles in turn: while
// one holds the tensor cores, the other passes its sums through SiLU and sends them off.
#include "projection.cuh"

#include "projection_tile.cuh"

namespace hstu {
namespace {

constexpr int kChunk = 64;  // k of a ring stage: 128 bytes, a swizzled row
constexpr int kStageBytes = kGroupRows * kChunk * sizeof(bf16);
constexpr int kMaxChunks = 16;
constexpr int kMaxStages = 16;
constexpr int kConsumers = 2;
constexpr int kThreads = (kConsumers + 1) * 128;
constexpr int kStagingBytes = kConsumers * 4 * 2 * kPieceBytes;  // two pieces a warp

struct Barriers {
  uint64_t weights[kMaxChunks];
  uint64_t full[kMaxStages];
  uint64_t empty[kMaxStages];
  uint64_t turn[kConsumers];
};

constexpr int shared_bytes(int columns, int chunks, int stages) {
  return 1024 + columns * chunks * 128 + stages * kStageBytes + kStagingBytes + static_cast<int>(sizeof(Barriers));
}

struct Slices {
  const BatchHeader *header;
  bf16 *uvqk;
  int width;   // columns of uvqk
  int chunks;  // Dp / 64
  int stages;
  int start[2];
  int first_count;  // slices of the first range
  int count;        // slices in all
};

template <int columns>
__global__ void __launch_bounds__(kThreads, 1)
    project_kernel(const __grid_constant__ CUtensorMap rows_map, const __grid_constant__ CUtensorMap weights_map,
                   const __grid_constant__ CUtensorMap result_map, const Slices slices) {
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
  extern __shared__ unsigned char shared_raw[];
  unsigned char *weights = shared_raw + alignment_gap(shared_raw);
  unsigned char *ring = weights + columns * slices.chunks * 128;
  unsigned char *staging = ring + slices.stages * kStageBytes;
  Barriers &barriers = *reinterpret_cast<Barriers *>(staging + kStagingBytes);

  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
  const int group = __shfl_sync(0xffffffff, threadIdx.x >> 7, 0);
  const int slice = blockIdx.x % slices.count;
  const int member = blockIdx.x / slices.count, members = gridDim.x / slices.count;
  const int tokens = tokens_of(slices.header);
  const int tiles = (tokens + kGroupRows - 1) / kGroupRows;
  if (member >= tiles) return;
  const int column0 = slice < slices.first_count ? slices.start[0] + slice * columns
                                                 : slices.start[1] + (slice - slices.first_count) * columns;
  if (threadIdx.x == 0) {
    for (int c = 0; c < slices.chunks; ++c) barrier_init(&barriers.weights[c], 1);
    for (int s = 0; s < slices.stages; ++s) {
      barrier_init(&barriers.full[s], 1);
      barrier_init(&barriers.empty[s], 4);
    }
    for (int g = 0; g < kConsumers; ++g) barrier_init(&barriers.turn[g], 4);
    barrier_init_fence();
  }
  __syncthreads();
  admit_successor();

  if (group == kConsumers) {
    registers_shrink<24>();
    if (warp == kConsumers * 4 && lane == 0) {
      for (int c = 0; c < slices.chunks; ++c) {
        barrier_expect(&barriers.weights[c], columns * 128);
        copy_box(weights + c * columns * 128, &weights_map, c * kChunk, column0, &barriers.weights[c]);
      }
      await_predecessor();
      RingPlace place;
      for (int tile = member; tile < tiles; tile += members) {
        for (int c = 0; c < slices.chunks; ++c) {
          barrier_wait(&barriers.empty[place.slot], place.parity ^ 1);
          barrier_expect(&barriers.full[place.slot], kStageBytes);
          copy_box(ring + place.slot * kStageBytes, &rows_map, c * kChunk, tile * kGroupRows,
                   &barriers.full[place.slot]);
          place.advance(1, slices.stages);
        }
      }
    }
  } else {
    registers_grow<240>();
    await_predecessor();
    unsigned char *pieces = staging + warp * 2 * kPieceBytes;
    const uint32_t weights_address = shared_address(weights), ring_address = shared_address(ring);
    RingPlace place;
    place.advance(group * slices.chunks, slices.stages);
    uint32_t turn_parity = group == 0 ? 1 : 0;  // the first turn is warpgroup 0's, without waiting
    bool first = true;
    for (int tile = member + group * members; tile < tiles; tile += kConsumers * members) {
      float sums[columns / 2];
      barrier_wait(&barriers.turn[group], turn_parity);
      turn_parity ^= 1;
      int previous = place.slot;
      for (int c = 0; c < slices.chunks; ++c) {
        if (first) barrier_wait(&barriers.weights[c], 0);
        barrier_wait(&barriers.full[place.slot], place.parity);
        const uint64_t a = k_major(ring_address + place.slot * kStageBytes, Swizzle::k128);
        const uint64_t b = k_major(weights_address + c * columns * 128, Swizzle::k128);
        wgmma_fence();
#pragma unroll
        for (int k = 0; k < kChunk / 16; ++k) Wgmma<columns>::ss(sums, a + 2 * k, b + 2 * k, c | k);
        wgmma_commit();
        wgmma_wait<1>();
        if (lane == 0 && c > 0) barrier_arrive(&barriers.empty[previous]);
        previous = place.slot;
        place.advance(1, slices.stages);
      }
      if (lane == 0) barrier_arrive(&barriers.turn[group ^ 1]);
      wgmma_wait<0>();
      if (lane == 0) barrier_arrive(&barriers.empty[previous]);
      first = false;
      place.advance(slices.chunks, slices.stages);

      const int row = tile * kGroupRows + (warp & 3) * kWarpRows;
#pragma unroll
      for (int p = 0; p < columns / kPieceColumns; ++p) {
        unsigned char *piece = pieces + (p & 1) * kPieceBytes;
        uint32_t low[8], high[8];
#pragma unroll
        for (int j = 0; j < 8; ++j) {
          const float *d = sums + p * 32 + j * 4;
          low[j] = pack(silu_fast(d[0]), silu_fast(d[1]));
          high[j] = pack(silu_fast(d[2]), silu_fast(d[3]));
        }
        if (lane == 0) store_wait_read<1>();
        __syncwarp();
        stage_piece(shared_address(piece), low, high, lane);
        store_piece(&result_map, slices.uvqk, slices.width, row, column0 + p * kPieceColumns, tokens, piece, lane);
      }
    }
    if (lane == 0) store_wait_read<0>();
  }
#endif
}

template <int columns>
cudaError_t launch_slices(const ProjectArgs &args, const ColumnRange *ranges, int range_count, int multiprocessors,
                          cudaStream_t stream) {
  const Shape &shape = args.shape;
  Slices slices = {};
  slices.header = args.header;
  slices.uvqk = args.uvqk;
  slices.width = shape.projection();
  slices.chunks = shape.dim_padded / kChunk;
  for (int r = 0; r < range_count; ++r) {
    slices.start[r] = ranges[r].start;
    slices.count += (ranges[r].count + columns - 1) / columns;
    if (r == 0) slices.first_count = slices.count;
  }
  slices.stages = (kSharedLimit - shared_bytes(columns, slices.chunks, 0)) / kStageBytes;
  if (slices.stages > kMaxStages) slices.stages = kMaxStages;

  CUtensorMap rows_map, weights_map, result_map;
  cudaError_t status =
      tensor_map(&rows_map, args.xn, args.rows, shape.dim_padded, shape.dim_padded, kGroupRows, kChunk);
  if (status == cudaSuccess)
    status = tensor_map(&weights_map, args.weights, slices.width, shape.dim_padded, shape.dim_padded, columns, kChunk);
  if (status == cudaSuccess)
    status = tensor_map(&result_map, args.uvqk, args.rows, slices.width, slices.width, kWarpRows, kPieceColumns);
  const int bytes = shared_bytes(columns, slices.chunks, slices.stages);
  if (status == cudaSuccess)
    status = cudaFuncSetAttribute(project_kernel<columns>, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  if (status != cudaSuccess) return status;

  const int tiles = (args.rows + kGroupRows - 1) / kGroupRows;
  int members = multiprocessors / slices.count;
  members = members < 1 ? 1 : members > tiles ? tiles : members;
  return launch_overlapped(project_kernel<columns>, dim3(members * slices.count), dim3(kThreads), bytes, stream,
                           rows_map, weights_map, result_map, slices);
}

__global__ void project_reference_kernel(const ProjectArgs args, const ColumnRange range) {
  const int column = range.start + blockIdx.x * blockDim.x + threadIdx.x;
  const int dim = args.shape.dim_padded, width = args.shape.projection();
  if (column >= range.start + range.count) return;
  for (int row = blockIdx.y; row < args.header->tokens; row += gridDim.y) {
    float sum = 0;
    for (int k = 0; k < dim; ++k)
      sum += __bfloat162float(args.xn[static_cast<size_t>(row) * dim + k]) *
             __bfloat162float(args.weights[static_cast<size_t>(column) * dim + k]);
    args.uvqk[static_cast<size_t>(row) * width + column] = __float2bfloat16_rn(sum / (1 + expf(-sum)));
  }
}

}  // namespace

cudaError_t project_hopper(const ProjectArgs &args, cudaStream_t stream) {
  int multiprocessors = 0;
  const cudaError_t status = device_attribute(cudaDevAttrMultiProcessorCount, &multiprocessors);
  if (status != cudaSuccess) return status;
  const ColumnRange all = {0, args.shape.projection()};
  const ColumnRange *ranges = args.range_count == 0 ? &all : args.ranges;
  const int range_count = args.range_count == 0 ? 1 : args.range_count;
  const int chunks = args.shape.dim_padded / kChunk;
  const int tiles = (args.rows + kGroupRows - 1) / kGroupRows;
  if (chunks > kMaxChunks) return cudaErrorInvalidValue;
  // The widest slice whose weights fit beside a ring of four stages, narrower while multiprocessors would stand idle.
  const auto suits = [&](int columns) {
    int slices = 0;
    for (int r = 0; r < range_count; ++r) slices += (ranges[r].count + columns - 1) / columns;
    return shared_bytes(columns, chunks, 4) <= kSharedLimit && slices * tiles >= multiprocessors;
  };
  if (suits(256)) return launch_slices<256>(args, ranges, range_count, multiprocessors, stream);
  if (suits(128)) return launch_slices<128>(args, ranges, range_count, multiprocessors, stream);
  return launch_slices<64>(args, ranges, range_count, multiprocessors, stream);
}

cudaError_t project(const ProjectArgs &args, Path path, cudaStream_t stream) {
  // Longer rows than a slice of weights can hold go the older way.
  if (path == Path::kHopper && args.shape.dim_padded <= kMaxChunks * kChunk) return project_hopper(args, stream);
  return project_ampere(args, stream);
}

cudaError_t project_reference(const ProjectArgs &args, cudaStream_t stream) {
  const ColumnRange all = {0, args.shape.projection()};
  const int range_count = args.range_count == 0 ? 1 : args.range_count;
  for (int r = 0; r < range_count; ++r) {
    const ColumnRange range = args.range_count == 0 ? all : args.ranges[r];
    const dim3 grid((range.count + 127) / 128, args.rows < 65535 ? args.rows : 65535);
    project_reference_kernel<<<grid, 128, 0, stream>>>(args, range);
  }
  return cudaGetLastError();
}

}  // namespace hstu
