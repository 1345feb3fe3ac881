// The attention on Hopper: one producer warp feeds tiles of keys and values through the bulk copy engine, each consumer warpgroup holds 64 query rows,
// multiplies on the tensor cores and adds bias and SiLU between its two products.
#include "attention_bias.cuh"
#include "attention_hopper.cuh"
#include "hopper.cuh"

namespace hstu {
namespace {

// groups of consumer warpgroups (64 rows each), keys a tile, tiles in flight, blocks an SM, whether the weights of one tile are computed while the
// previous one is multiplied with its values.
template <int width_, int groups_, int keys_, int stages_, int blocks_, bool overlap_>
struct Tiling {
  static constexpr int width = width_;
  static constexpr int groups = groups_;
  static constexpr int keys = keys_;
  static constexpr int stages = stages_;
  static constexpr int blocks = blocks_;
  static constexpr bool overlap = overlap_;
  static constexpr int rows = 64 * groups;
  static constexpr int box = width < 64 ? width : 64;  // columns of a swizzled tile
  static constexpr int parts = width / box;            // tiles beside each other in one head
  static constexpr Swizzle swizzle = box == 64 ? Swizzle::k128 : Swizzle::k64;
  static constexpr int window = rows + keys;           // position biases of a tile
  // With one block an SM a warpgroup of its own feeds the tiles and the registers are dealt out by role; with two, the first consumer thread does it on
  // the side, since a ninth warp would cost all of them registers.
  static constexpr bool deal = blocks == 1;
  static constexpr int threads = groups * 128 + (deal ? 128 : 0);
  static constexpr int producer_registers = groups == 3 ? 32 : 40;
  static constexpr int consumer_registers = groups == 3 ? 160 : 232;

  struct Stage {
    bf16 k[keys * width];
    bf16 v[keys * width];
    float even[window];
    float odd[window + 16];  // shifts the banks of the odd pairs against the even ones'
    int times[keys];
    int pad[(1024 - (2 * window + 16 + keys) * 4 % 1024) % 1024 / 4];
  };

  // With roles dealt out the grid is as large as the chip and each block takes several query tiles: the feeder fetches the next one's queries meanwhile.
  static constexpr int queries = deal ? 2 : 1;

  struct Shared {
    Stage stage[stages];
    bf16 q[queries][rows * width];
    BiasTables tables;
    uint64_t tables_full;
    uint64_t q_full[queries];
    uint64_t q_empty[queries];
    uint64_t full[stages];
    uint64_t empty[stages];
  };

  static constexpr uint32_t stage_bytes =
      2 * keys * width * sizeof(bf16) + 2 * window * sizeof(float) + keys * sizeof(int);
};

// Where a tile lies in the ring of stages, and which phase of the slot's barriers belongs to it.
template <typename Tile>
struct Ring {
  int slot = 0;
  uint32_t phase = 0;
  __device__ __forceinline__ void advance() {
    if (++slot == Tile::stages) {
      slot = 0;
      phase ^= 1;
    }
  }
};

// One query tile of one head: the unit of work of a block.
template <typename Tile>
struct Work {
  QTile tile;
  int head;
  int tiles;  // of keys that some row of it attends to

  __device__ __forceinline__ Work(const BatchArrays &batch, int index, int heads)
      : tile(batch.q_tiles[index / heads]), head(index % heads) {
    tiles = (min(tile.length, tile.row0 + Tile::rows) + Tile::keys - 1) / Tile::keys;
  }
};

// The index of a block's work in its given round: back and forth over the list, which is ordered by length, so that all blocks get about as much.
__device__ __forceinline__ int work_index(int round) {
  const int place = (round & 1) != 0 ? gridDim.x - 1 - blockIdx.x : blockIdx.x;
  return round * gridDim.x + place;
}

// What one thread needs to feed a block's tiles.
template <typename Tile>
struct Feed {
  typename Tile::Shared &shared;
  const CUtensorMap *map;
  const Shape &shape;
  const int *times;
  const float *positions;  // the even table
  Ring<Tile> ring{};
  int next = 0;

  __device__ __forceinline__ void tables(const BiasTables *source) const {
    barrier_expect(&shared.tables_full, sizeof(BiasTables));
    copy_bytes(&shared.tables, source, sizeof(BiasTables), &shared.tables_full);
  }

  __device__ __forceinline__ void query(const Work<Tile> &work, int round) {
    const int buffer = round % Tile::queries;
    uint64_t *full = &shared.q_full[buffer];
    barrier_wait(&shared.q_empty[buffer], (round / Tile::queries & 1) ^ 1);
    barrier_expect(full, Tile::rows * Tile::width * sizeof(bf16));
    for (int r = 0; r < Tile::rows; r += 64) {
      for (int part = 0; part < Tile::parts; part++) {
        copy_box(shared.q[buffer] + r * Tile::width + part * 64 * Tile::box, map,
                 shape.q_column(work.head) + part * Tile::box, work.tile.token0 + work.tile.row0 + r, full);
      }
    }
    next = 0;
  }

  // The next tile, once its slot is free; nothing past the last.
  __device__ __forceinline__ void tile(const Work<Tile> &work) {
    if (next >= work.tiles) return;
    typename Tile::Stage &stage = shared.stage[ring.slot];
    uint64_t *full = &shared.full[ring.slot];
    barrier_wait(&shared.empty[ring.slot], ring.phase ^ 1);
    barrier_expect(full, Tile::stage_bytes);
    const int key0 = next * Tile::keys;
    for (int part = 0; part < Tile::parts; part++) {
      for (int r = 0; r < Tile::keys; r += 64) {
        const int at = (part * Tile::keys + r) * Tile::box;
        const int row = work.tile.token0 + key0 + r;
        copy_box(stage.k + at, map, shape.k_column(work.head) + part * Tile::box, row, full);
        copy_box(stage.v + at, map, shape.v_column(work.head) + part * Tile::box, row, full);
      }
    }
    const float *window = positions + position_origin(shape.slots) + key0 - work.tile.row0 - (Tile::rows - 1);
    copy_bytes(stage.even, window, Tile::window * sizeof(float), full);
    copy_bytes(stage.odd, window + position_entries(shape.slots), Tile::window * sizeof(float), full);
    copy_bytes(stage.times, times + work.tile.time0 + key0, Tile::keys * sizeof(int), full);
    next++;
    ring.advance();
  }
};

template <typename Tile>
__device__ __forceinline__ void multiply_scores(float (&scores)[Tile::keys / 2], uint32_t q, uint32_t k) {
  wgmma_fence();
#pragma unroll
  for (int part = 0; part < Tile::parts; part++) {
#pragma unroll
    for (int step = 0; step < Tile::box / 16; step++) {
      const uint64_t a = k_major(q + part * 64 * Tile::box * 2 + step * 32, Tile::swizzle);
      const uint64_t b = k_major(k + part * Tile::keys * Tile::box * 2 + step * 32, Tile::swizzle);
      Wgmma<Tile::keys>::ss(scores, a, b, part + step > 0);
    }
  }
  wgmma_commit();
}

template <typename Tile>
__device__ __forceinline__ void multiply_values(float (&output)[Tile::width / 2], const uint32_t (&weights)[Tile::keys / 4],
                                                uint32_t v, bool first) {
  wgmma_fence();
#pragma unroll
  for (int step = 0; step < Tile::keys / 16; step++) {
    const uint32_t a[4] = {weights[4 * step], weights[4 * step + 1], weights[4 * step + 2], weights[4 * step + 3]};
    const uint64_t b = mn_major(v + step * 16 * Tile::box * 2, Tile::swizzle, Tile::keys * Tile::box * 2);
    Wgmma<Tile::width>::template rs<1>(output, a, b, !first || step > 0);
  }
  wgmma_commit();
}

// The compiler doesn't know that a product writes its accumulators later: keeps it from reading them before the wait.
template <int n>
__device__ __forceinline__ void settle(float (&registers)[n]) {
#pragma unroll
  for (int i = 0; i < n; i++) asm volatile("" : "+f"(registers[i])::"memory");
}

template <typename Tile>
__device__ __forceinline__ void weigh_stage(float (&scores)[Tile::keys / 2], uint32_t (&weights)[Tile::keys / 4],
                                            const typename Tile::Stage &stage, const BiasTables &tables,
                                            const TileRows &rows, int tile, int row0, int length, int lane) {
  constexpr int groups = Tile::keys / 8;
  const int key0 = tile * Tile::keys;
  // Distance of the thread's first column from its first row, and where that stands in the window; one group earlier belongs to the row 8 below.
  const int column = 2 * (lane % 4);
  const int diagonal = key0 + column - rows.row;
  const int place = column - (rows.row - row0) + Tile::rows - 1 - 8;
  const float *window = (place & 1) != 0 ? stage.odd + place + 1 : stage.even + place;
  const float2 *positions = reinterpret_cast<const float2 *>(window);
  weigh_tile<groups>(scores, weights, tables, rows, positions, stage.times, min(Tile::keys, length - key0), lane,
                     diagonal, rows.first_row + 15 - key0);
}

// One warpgroup's rows of a query tile. `ring` goes on from tile to tile.
template <typename Tile>
__device__ __forceinline__ void consume(typename Tile::Shared &shared, const Shape &shape, const BatchArrays &batch,
                                        bf16 *o, const Work<Tile> &work, int round, int group, Ring<Tile> &ring,
                                        Feed<Tile> &feed) {
  const int lane = threadIdx.x % 32;
  const int warp = threadIdx.x / 32 % 4;
  const int row0 = work.tile.row0;
  const int length = work.tile.length;
  const int tiles = work.tiles;
  const int own_row0 = row0 + 64 * group;
  const int own_tiles = own_row0 < length ? (min(length, own_row0 + 64) + Tile::keys - 1) / Tile::keys : 0;
  const int *times = batch.times + work.tile.time0;
  TileRows rows;
  rows.first_row = own_row0 + 16 * warp;
  rows.row = rows.first_row + lane / 4;
  rows.next_times[0] = times[min(rows.row, length - 1) + 1];
  rows.next_times[1] = times[min(rows.row + 8, length - 1) + 1];
  rows.earliest = times[min(rows.first_row, length - 1) + 1];
  rows.latest = times[min(rows.first_row + 15, length - 1) + 1];
  rows.sorted = batch.header->sorted != 0;
  bf16 *queries = shared.q[round % Tile::queries] + group * 64 * Tile::width;
  uint64_t *q_empty = &shared.q_empty[round % Tile::queries];
  const bool feeds = !Tile::deal && threadIdx.x == 0;

  float output[Tile::width / 2];
  if (own_tiles > 0) {
    float scores[Tile::keys / 2];
    uint32_t weights[Tile::keys / 4];
    const uint32_t q = shared_address(queries);
    barrier_wait(&shared.q_full[round % Tile::queries], round / Tile::queries & 1);
    if (!Tile::overlap) {
      for (int t = 0; t < own_tiles; t++) {
        if (feeds) feed.tile(work);
        typename Tile::Stage &stage = shared.stage[ring.slot];
        barrier_wait(&shared.full[ring.slot], ring.phase);
        multiply_scores<Tile>(scores, q, shared_address(stage.k));
        wgmma_wait<0>();
        settle(scores);
        weigh_stage<Tile>(scores, weights, stage, shared.tables, rows, t, row0, length, lane);
        multiply_values<Tile>(output, weights, shared_address(stage.v), t == 0);
        wgmma_wait<0>();
        settle(output);
        if (threadIdx.x % 128 == 0) barrier_arrive(&shared.empty[ring.slot]);
        ring.advance();
      }
    } else {
      uint32_t others[Tile::keys / 4];
      Ring<Tile> before;
      // Tile t is weighed while tile t - 1 is multiplied with its values.
      auto step = [&](int t, const uint32_t(&current)[Tile::keys / 4], uint32_t(&next)[Tile::keys / 4]) {
        if (feeds) feed.tile(work);
        typename Tile::Stage &stage = shared.stage[ring.slot];
        barrier_wait(&shared.full[ring.slot], ring.phase);
        multiply_scores<Tile>(scores, q, shared_address(stage.k));
        multiply_values<Tile>(output, current, shared_address(shared.stage[before.slot].v), t == 1);
        wgmma_wait<1>();
        settle(scores);
        weigh_stage<Tile>(scores, next, stage, shared.tables, rows, t, row0, length, lane);
        wgmma_wait<0>();
        settle(output);
        if (threadIdx.x % 128 == 0) barrier_arrive(&shared.empty[before.slot]);
        before = ring;
        ring.advance();
      };
      auto finish = [&](const uint32_t(&current)[Tile::keys / 4]) {
        multiply_values<Tile>(output, current, shared_address(shared.stage[before.slot].v), own_tiles == 1);
        wgmma_wait<0>();
        settle(output);
        if (threadIdx.x % 128 == 0) barrier_arrive(&shared.empty[before.slot]);
      };
      if (feeds) feed.tile(work);
      typename Tile::Stage &stage = shared.stage[ring.slot];
      barrier_wait(&shared.full[ring.slot], ring.phase);
      multiply_scores<Tile>(scores, q, shared_address(stage.k));
      wgmma_wait<0>();
      settle(scores);
      weigh_stage<Tile>(scores, weights, stage, shared.tables, rows, 0, row0, length, lane);
      before = ring;
      ring.advance();
      int t = 1;
      for (; t + 1 < own_tiles; t += 2) {
        step(t, weights, others);
        step(t + 1, others, weights);
      }
      if (t < own_tiles) {
        step(t, weights, others);
        finish(others);
      } else {
        finish(weights);
      }
    }
  }
  // Tiles that only later rows need.
  for (int t = own_tiles; t < tiles; t++) {
    if (feeds) feed.tile(work);
    barrier_wait(&shared.full[ring.slot], ring.phase);
    if (threadIdx.x % 128 == 0) barrier_arrive(&shared.empty[ring.slot]);
    ring.advance();
  }
  if (own_tiles == 0) {
    if (threadIdx.x % 128 == 0) barrier_arrive(q_empty);
    return;
  }

  // Rows leave through the query's place in shared memory, so that 16 bytes a thread are written side by side.
  named_barrier(1 + group, 128);
  unsigned char *staging = reinterpret_cast<unsigned char *>(queries);
  constexpr int row_bytes = Tile::box * 2;
  constexpr int chunks = row_bytes / 16;
  const float scale = 1.f / shape.slots;
  const int row = 16 * warp + lane / 4;
#pragma unroll
  for (int g = 0; g < Tile::width / 8; g++) {
    const int part = g / chunks;
    const int place = part * 64 * row_bytes + ((g % chunks) ^ (row % chunks)) * 16 + 4 * (lane % 4);
    *reinterpret_cast<uint32_t *>(staging + place + row * row_bytes) =
        packed(output[4 * g] * scale, output[4 * g + 1] * scale);
    *reinterpret_cast<uint32_t *>(staging + place + (row + 8) * row_bytes) =
        packed(output[4 * g + 2] * scale, output[4 * g + 3] * scale);
  }
  named_barrier(1 + group, 128);
  const int thread = threadIdx.x % 128;
  constexpr int row_chunks = Tile::width / 8;
#pragma unroll
  for (int i = 0; i < 64 * row_chunks / 128; i++) {
    const int r = (i * 128 + thread) / row_chunks;
    const int chunk = (i * 128 + thread) % row_chunks;
    if (own_row0 + r >= length) continue;
    const int part = chunk / chunks;
    const uint4 value = *reinterpret_cast<const uint4 *>(staging + part * 64 * row_bytes + r * row_bytes +
                                                         ((chunk % chunks) ^ (r % chunks)) * 16);
    bf16 *target = o + static_cast<size_t>(work.tile.token0 + own_row0 + r) * shape.hidden + work.head * Tile::width + chunk * 8;
    *reinterpret_cast<uint4 *>(target) = value;
  }
  if (Tile::deal) {
    fence_async();  // the copy engine writes the next queries here
    named_barrier(1 + group, 128);
    if (thread == 0) barrier_arrive(q_empty);
  }
}

template <typename Tile>
__global__ void __launch_bounds__(Tile::threads, Tile::blocks)
    attention_kernel(const __grid_constant__ CUtensorMap map, Shape shape, BatchArrays batch, bf16 *o,
                     const BiasTables *tables) {
#if __CUDA_ARCH__ >= 900
  extern __shared__ unsigned char raw[];
  // Rounded up by an offset, not by a cast of the pointer, so that the compiler still knows it for shared memory.
  typename Tile::Shared &shared = *reinterpret_cast<typename Tile::Shared *>(raw + (-shared_address(raw) & 1023));
  const int count = batch.header->q_tiles * shape.heads;
  if (work_index(0) >= count) return;
  if (threadIdx.x == 0) {
    barrier_init(&shared.tables_full, 1);
    for (int i = 0; i < Tile::queries; i++) {
      barrier_init(&shared.q_full[i], 1);
      barrier_init(&shared.q_empty[i], Tile::groups);
    }
    for (int s = 0; s < Tile::stages; s++) {
      barrier_init(&shared.full[s], 1);
      barrier_init(&shared.empty[s], Tile::groups);
    }
    barrier_init_fence();
  }
  Feed<Tile> feed{shared, &map, shape, batch.times, reinterpret_cast<const float *>(tables + 1)};
  __syncthreads();
  const int group = __shfl_sync(0xffffffff, threadIdx.x / 128, 0);  // uniform in a warp, as the compiler now knows
  if (group == Tile::groups) {
    if (Tile::deal) registers_shrink<Tile::producer_registers>();
    if (threadIdx.x == Tile::groups * 128) {
      feed.tables(tables);
      for (int round = 0, index; (index = work_index(round)) < count; round++) {
        const Work<Tile> work(batch, index, shape.heads);
        feed.query(work, round);
        for (int t = 0; t < work.tiles; t++) feed.tile(work);
      }
    }
  } else {
    if (Tile::deal) registers_grow<Tile::consumer_registers>();
    Ring<Tile> ring;
    for (int round = 0, index; (index = work_index(round)) < count; round++) {
      const Work<Tile> work(batch, index, shape.heads);
      if (!Tile::deal && threadIdx.x == 0) {
        // Of the tile before the one in hand the slot has been left by this warpgroup, hence soon by the others.
        constexpr int ahead = Tile::stages - (Tile::overlap ? 2 : 1);
        feed.tables(tables);
        feed.query(work, round);
        for (int t = 0; t < ahead; t++) feed.tile(work);
      }
      if (round == 0) barrier_wait(&shared.tables_full, 0);
      consume<Tile>(shared, shape, batch, o, work, round, group, ring, feed);
      if (!Tile::deal) break;
    }
  }
#endif
}

template <typename Tile>
cudaError_t launch(const AttentionArgs &args, cudaStream_t stream) {
  const int bytes = sizeof(typename Tile::Shared) + 1024;
  static const cudaError_t raised =
      cudaFuncSetAttribute(attention_kernel<Tile>, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  if (raised != cudaSuccess) return raised;
  static const int processors = [] {
    int device = 0, count = 0;
    cudaGetDevice(&device);
    cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, device);
    return count;
  }();
  const int work = args.most_q_tiles * args.shape.heads;
  const int blocks = Tile::deal ? min(work, processors) : work;
  attention_kernel<Tile><<<blocks, Tile::threads, bytes, stream>>>(
      *args.map, args.shape, args.batch, args.o, static_cast<const BiasTables *>(args.tables));
  return cudaGetLastError();
}

}  // namespace

#define HSTU_VARIANT(number, ...)                       \
  case number:                                          \
    return rows != nullptr ? (*rows = Tiling<__VA_ARGS__>::rows, cudaSuccess) : launch<Tiling<__VA_ARGS__>>(args, stream);

cudaError_t attention_variant(const AttentionArgs &args, int variant, cudaStream_t stream, int *rows) {
  switch (variant) {
#include "attention_variants.inc"
    default:
      return cudaErrorInvalidValue;
  }
}

}  // namespace hstu
