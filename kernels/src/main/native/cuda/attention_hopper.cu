// The attention on Hopper: one producer warp feeds tiles of keys and values through the bulk copy engine, each consumer warpgroup holds 64 query rows,
// multiplies on the tensor cores and adds bias and SiLU between its two products.
#include "attention_bias.cuh"
#include "hopper.cuh"

namespace hstu {
namespace {

// Groups of consumer warpgroups (64 rows each), keys a tile, tiles in flight, blocks an SM.
//
// The warpgroups of an SM overlap each other: while one adds bias and SiLU, others multiply. Overlapping within a warpgroup as well (weighing a tile
// while the one before it is multiplied with its values) was measured slower at every length: the second set of weights costs a third warpgroup's registers
// or makes each step wait for the slowest warp twice.
template <int width_, int groups_, int keys_, int stages_, int blocks_>
struct Tiling {
  static constexpr int width = width_;
  static constexpr int groups = groups_;
  static constexpr int keys = keys_;
  static constexpr int stages = stages_;
  static constexpr int blocks = blocks_;
  static constexpr int rows = 64 * groups;
  static constexpr int box = width < 64 ? width : 64;  // columns of a swizzled tile
  static constexpr int parts = width / box;            // tiles beside each other in one head
  static constexpr Swizzle swizzle = box == 64 ? Swizzle::k128 : Swizzle::k64;
  static constexpr int window = rows + keys;           // position biases of a tile
  // With one block an SM a warpgroup of its own feeds the tiles and the registers are dealt out by role; with two, the first consumer thread does it on
  // the side, since a ninth warp would cost all of them registers. Either way the grid is as large as the chip, each block takes several query tiles, and
  // the feeder is a few tiles ahead, also into the next query tile.
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

  // With roles dealt out the grid is as large as the chip and each block takes several query tiles, whose queries the feeder fetches ahead. With two
  // blocks an SM they cover each other's ends, and the card deals out query tiles as blocks finish.
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

// The index of a block's work in its given round: back and forth over the list, which is ordered by length, so that all blocks get about as much. Past
// the list's end there is none.
template <typename Tile>
__device__ __forceinline__ int work_index(int round) {
  if (!Tile::deal && round > 0) return 0x7fffffff;
  const int place = (round & 1) != 0 ? gridDim.x - 1 - blockIdx.x : blockIdx.x;
  return round * gridDim.x + place;
}

// Feeds a block: the stream of key and value tiles of all its work, each work's queries before its first tile. Belongs to one thread.
template <typename Tile>
struct Feed {
  typename Tile::Shared &shared;
  const CUtensorMap *map;
  const Shape &shape;
  const BatchArrays &batch;
  const BiasTables *tables;
  int count;
  QTile tile{};
  int head = 0;
  int round = 0;  // of the work that comes after the one in hand
  int next = 0;
  int tiles = 0;
  Ring<Tile> ring{};

  __device__ __forceinline__ void begin() const {
    barrier_expect(&shared.tables_full, sizeof(BiasTables));
    copy_bytes(&shared.tables, tables, sizeof(BiasTables), &shared.tables_full);
  }

  // Sends the next tile as soon as its slot is free. False after the last.
  __device__ __forceinline__ bool send() {
    if (next == tiles && !turn()) return false;
    typename Tile::Stage &stage = shared.stage[ring.slot];
    uint64_t *full = &shared.full[ring.slot];
    barrier_wait(&shared.empty[ring.slot], ring.phase ^ 1);
    barrier_expect(full, Tile::stage_bytes);
    const int key0 = next * Tile::keys;
    for (int part = 0; part < Tile::parts; part++) {
      for (int r = 0; r < Tile::keys; r += 64) {
        const int at = (part * Tile::keys + r) * Tile::box;
        const int row = tile.token0 + key0 + r;
        copy_box(stage.k + at, map, shape.k_column(head) + part * Tile::box, row, full);
        copy_box(stage.v + at, map, shape.v_column(head) + part * Tile::box, row, full);
      }
    }
    const float *positions = reinterpret_cast<const float *>(tables + 1);
    const float *window = positions + position_origin(shape.slots) + key0 - tile.row0 - (Tile::rows - 1);
    copy_bytes(stage.even, window, Tile::window * sizeof(float), full);
    copy_bytes(stage.odd, window + position_entries(shape.slots), Tile::window * sizeof(float), full);
    copy_bytes(stage.times, batch.times + tile.time0 + key0, Tile::keys * sizeof(int), full);
    next++;
    ring.advance();
    return true;
  }

  // On to the next work, its queries first.
  __device__ __forceinline__ bool turn() {
    const int index = work_index<Tile>(round);
    if (index >= count) return false;
    const Work<Tile> work(batch, index, shape.heads);
    tile = work.tile;
    head = work.head;
    tiles = work.tiles;
    next = 0;
    const int buffer = round % Tile::queries;
    uint64_t *full = &shared.q_full[buffer];
    barrier_wait(&shared.q_empty[buffer], (round / Tile::queries & 1) ^ 1);
    barrier_expect(full, Tile::rows * Tile::width * sizeof(bf16));
    for (int r = 0; r < Tile::rows; r += 64) {
      for (int part = 0; part < Tile::parts; part++) {
        copy_box(shared.q[buffer] + r * Tile::width + part * 64 * Tile::box, map,
                 shape.q_column(head) + part * Tile::box, tile.token0 + tile.row0 + r, full);
      }
    }
    round++;
    return true;
  }
};

template <typename Tile>
__device__ __forceinline__ void multiply_scores(float (&scores)[Tile::keys / 2], uint64_t q, const bf16 *k) {
  const uint64_t keys = k_major(shared_address(k), Tile::swizzle);
  wgmma_fence();
#pragma unroll
  for (int part = 0; part < Tile::parts; part++) {
#pragma unroll
    for (int step = 0; step < Tile::box / 16; step++) {
      const uint64_t a = advanced(q, part * 64 * Tile::box * 2 + step * 32);
      const uint64_t b = advanced(keys, part * Tile::keys * Tile::box * 2 + step * 32);
      Wgmma<Tile::keys>::ss(scores, a, b, part + step > 0);
    }
  }
  wgmma_commit();
}

template <typename Tile>
__device__ __forceinline__ void multiply_values(float (&output)[Tile::width / 2], const uint32_t (&weights)[Tile::keys / 4],
                                                const bf16 *v, bool first) {
  const uint64_t values = mn_major(shared_address(v), Tile::swizzle, Tile::keys * Tile::box * 2);
  wgmma_fence();
#pragma unroll
  for (int step = 0; step < Tile::keys / 16; step++) {
    const uint32_t a[4] = {weights[4 * step], weights[4 * step + 1], weights[4 * step + 2], weights[4 * step + 3]};
    const uint64_t b = advanced(values, step * 16 * Tile::box * 2);
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
  const bool idle = own_row0 < 0 || own_row0 >= length;
  const int own_tiles = idle ? 0 : (min(length, own_row0 + 64) + Tile::keys - 1) / Tile::keys;
  bf16 *queries = shared.q[round % Tile::queries] + group * 64 * Tile::width;
  uint64_t *q_empty = &shared.q_empty[round % Tile::queries];
  const bool feeds = !Tile::deal && threadIdx.x == 0;

  float output[Tile::width / 2];
  if (own_tiles > 0) {
    const int *times = batch.times + work.tile.time0;
    TileRows rows;
    rows.first_row = own_row0 + 16 * warp;
    rows.row = rows.first_row + lane / 4;
    rows.next_times[0] = times[min(rows.row, length - 1) + 1];
    rows.next_times[1] = times[min(rows.row + 8, length - 1) + 1];
    rows.earliest = times[min(rows.first_row, length - 1) + 1];
    rows.latest = times[min(rows.first_row + 15, length - 1) + 1];
    rows.sorted = batch.header->sorted != 0;
    float scores[Tile::keys / 2];
    uint32_t weights[Tile::keys / 4];
    const uint64_t q = k_major(shared_address(queries), Tile::swizzle);
    barrier_wait(&shared.q_full[round % Tile::queries], round / Tile::queries & 1);
    for (int t = 0; t < own_tiles; t++) {
      if (feeds) feed.send();
      typename Tile::Stage &stage = shared.stage[ring.slot];
      barrier_wait(&shared.full[ring.slot], ring.phase);
      multiply_scores<Tile>(scores, q, stage.k);
      wgmma_wait<0>();
      settle(scores);
      weigh_stage<Tile>(scores, weights, stage, shared.tables, rows, t, row0, length, lane);
      multiply_values<Tile>(output, weights, stage.v, t == 0);
      wgmma_wait<0>();
      settle(output);
      if (threadIdx.x % 128 == 0) barrier_arrive(&shared.empty[ring.slot]);
      ring.advance();
    }
  }
  // Tiles that only later rows need.
  for (int t = own_tiles; t < tiles; t++) {
    if (feeds) feed.send();
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
  fence_async();  // the copy engine writes later queries here
  named_barrier(1 + group, 128);
  if (thread == 0) barrier_arrive(q_empty);
}

template <typename Tile>
__global__ void __launch_bounds__(Tile::threads, Tile::blocks)
    attention_kernel(const __grid_constant__ CUtensorMap map, Shape shape, BatchArrays batch, bf16 *o,
                     const BiasTables *tables) {
#if __CUDA_ARCH__ >= 900
  extern __shared__ unsigned char raw[];
  // Rounded up by an offset, not by a cast of the pointer, so that the compiler still knows it for shared memory.
  typename Tile::Shared &shared = *reinterpret_cast<typename Tile::Shared *>(raw + (-shared_address(raw) & 1023));
  await_predecessor();
  admit_successor();
  const int count = batch.header->q_tiles * shape.heads;
  if (work_index<Tile>(0) >= count) return;
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
  Feed<Tile> feed{shared, &map, shape, batch, tables, count};
  __syncthreads();
  const int group = __shfl_sync(0xffffffff, threadIdx.x / 128, 0);  // uniform in a warp, as the compiler now knows
  if (group == Tile::groups) {
    if (Tile::deal) registers_shrink<Tile::producer_registers>();
    if (threadIdx.x == Tile::groups * 128) {
      feed.begin();
      while (feed.send()) {
      }
    }
  } else {
    if (Tile::deal) registers_grow<Tile::consumer_registers>();
    if (!Tile::deal && threadIdx.x == 0) {
      // When this warpgroup comes to a tile, it has left the slot of the one before, and the others soon will.
      constexpr int ahead = Tile::stages - 1;
      feed.begin();
      for (int t = 0; t < ahead; t++) feed.send();
    }
    barrier_wait(&shared.tables_full, 0);
    Ring<Tile> ring;
    for (int round = 0, index; (index = work_index<Tile>(round)) < count; round++) {
      consume<Tile>(shared, shape, batch, o, Work<Tile>(batch, index, shape.heads), round, group, ring, feed);
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
  return launch_overlapped(attention_kernel<Tile>, dim3(blocks), dim3(Tile::threads), bytes, stream, *args.map,
                           args.shape, args.batch, args.o, static_cast<const BiasTables *>(args.tables));
}

template <int width>
cudaError_t choose(const AttentionArgs &args, cudaStream_t stream) {
  constexpr int long_keys = width == 128 ? 64 : 128;
  constexpr int short_stages = width == 64 ? 3 : 4;
  constexpr int short_blocks = width == 128 ? 1 : 2;
  switch (args.tile_rows) {
    case 128:
      return launch<Tiling<width, 2, 64, short_stages, short_blocks>>(args, stream);
    case 192:
      return launch<Tiling<width, 3, long_keys, 3, 1>>(args, stream);
    default:
      return cudaErrorInvalidValue;
  }
}

}  // namespace

cudaError_t attention_hopper(const AttentionArgs &args, cudaStream_t stream) {
  switch (args.shape.width) {
    case 32:
      return choose<32>(args, stream);
    case 64:
      return choose<64>(args, stream);
    case 128:
      return choose<128>(args, stream);
    default:
      return cudaErrorInvalidValue;
  }
}

}  // namespace hstu
