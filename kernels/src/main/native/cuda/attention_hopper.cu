// The attention on Hopper: one warp feeds tiles of keys and values through the bulk copy engine, another may find ahead which
// buckets of time their pairs fall into, and each consumer warpgroup holds 64 query rows, multiplies on the tensor cores and
// adds bias and SiLU between its two products.
#include "attention_bias.cuh"
#include "hopper.cuh"

namespace hstu {
namespace {

// One query tile of some neighbouring heads: the unit of work of a block.
struct Work {
  QTile tile;
  int head;   // the first
  int heads;  // 0: the end of the list
  int tiles;  // of keys that some row of it attends to
};

// Groups of consumer warpgroups (64 rows each), keys a tile, tiles in flight, heads that a block computes side by side
// under one bias. A warpgroup more feeds them, and gives them its registers.
//
// The warpgroups of an SM overlap each other: while one adds bias and SiLU, others multiply. Three of them do that best.
// Two have registers for the scores of two heads at once, so that a tile's four products run while the next one's bias is
// found (`together`): slower by a tenth than three where all multiprocessors are busy, but units are a third smaller.
// Overlapping so within one head was measured slower at every length.
template <int width_, int groups_, int keys_, int stages_, int heads_>
struct Tiling {
  static constexpr int width = width_;
  static constexpr int groups = groups_;
  static constexpr int keys = keys_;
  static constexpr int stages = stages_;
  static constexpr int heads = heads_;
  static constexpr int rows = 64 * groups;
  static constexpr int box = width < 64 ? width : 64;  // columns of a swizzled tile
  static constexpr int parts = width / box;            // tiles beside each other in one head
  static constexpr Swizzle swizzle = box == 64 ? Swizzle::k128 : Swizzle::k64;
  static constexpr int window = rows + keys;           // position biases of a tile
  static constexpr int threads = groups * 128 + 128;
  static constexpr int producer_registers = groups == 3 ? 32 : 40;
  static constexpr int consumer_registers = groups == 3 ? 160 : 232;
  // The exchange has what the launch took, in eights a thread: whoever asks for more waits for ever.
  static_assert(producer_registers + groups * consumer_registers <= (groups + 1) * (65536 / threads / 8 * 8));
  // Whether a tile's last product is awaited only when the next tile's first is under way; three warpgroups lack the
  // registers for it.
  static constexpr bool defers = groups < 3;
  // Whether the products of both heads are in flight at once, last and first ones.
  static constexpr bool together = defers && heads == 2;
  static constexpr int warps = groups * 4;  // of consumers, 16 rows each
  static constexpr int chunks = keys / kChunk;
  // Whether a warp beside the feeder finds the spans of time buckets. Three warpgroups leave it too few registers.
  static constexpr bool measures = groups < 3;

  struct Stage {
    bf16 k[heads][keys * width];
    bf16 v[heads][keys * width];
    float even[window];
    float odd[window + 16];  // shifts the banks of the odd pairs against the even ones'
    int times[keys];
    int pad[(1024 - (2 * window + 16 + keys) * 4 % 1024) % 1024 / 4];
  };

  // Works in flight: while one is computed, the feeder fetches the next one's queries.
  static constexpr int queries = 2;

  struct Shared {
    Stage stage[stages];
    bf16 q[queries][heads][rows * width];
    BiasTables tables;
    // from the first row that is not negative on: times of the events, so row i's next time is entry i + 1
    int next_times[queries][rows + 4];
    Work work[queries];
    uint32_t spans[stages][warps][chunks];
    uint64_t tables_full;
    uint64_t q_full[queries];
    uint64_t q_empty[queries];
    uint64_t full[stages];
    uint64_t measured[stages];
    uint64_t empty[stages];
  };

  static constexpr uint32_t head_bytes = 2 * keys * width * sizeof(bf16);
  // Units of work that a query tile makes.
  static __host__ __device__ __forceinline__ int units(int all_heads) { return (all_heads + heads - 1) / heads; }

  static __device__ __forceinline__ Work work(const QTile &tile, int index, int all_heads) {
    Work work;
    work.tile = tile;
    work.head = index % units(all_heads) * heads;
    work.heads = min(heads, all_heads - work.head);
    work.tiles = (min(work.tile.length, work.tile.row0 + rows) + keys - 1) / keys;
    return work;
  }

  static constexpr uint32_t bias_bytes = 2 * window * sizeof(float) + keys * sizeof(int);
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

// Feeds a block's tiles of keys and values, each work's queries before them. Belongs to one thread.
//
// Blocks take the work list front to back as they finish, so that the longest works begin first.
template <typename Tile>
__device__ __forceinline__ void feed(typename Tile::Shared &shared, const CUtensorMap *map, const Shape &shape,
                                     const BatchArrays &batch, const BiasTables *tables, WorkCounters *counters) {
  // The grid is no larger than the list has room, so the first entry may be read before its true count is known.
  int index = blockIdx.x;
  QTile tile = batch.q_tiles[index / Tile::units(shape.heads)];
  const int count = batch.header->q_tiles * Tile::units(shape.heads);
  barrier_expect(&shared.tables_full, sizeof(BiasTables));
  copy_bytes(&shared.tables, tables, sizeof(BiasTables), &shared.tables_full);
  const float *positions = reinterpret_cast<const float *>(tables + 1) + position_origin(shape.slots);
  Ring<Tile> ring;
  for (int round = 0;; round++) {
    const int buffer = round % Tile::queries;
    uint64_t *q_full = &shared.q_full[buffer];
    barrier_wait(&shared.q_empty[buffer], (round / Tile::queries & 1) ^ 1);
    if (index >= count) {
      shared.work[buffer].heads = 0;
      barrier_arrive(q_full);
      break;
    }
    const Work work = Tile::work(tile, index, shape.heads);
    shared.work[buffer] = work;
    barrier_expect(q_full, work.heads * Tile::rows * Tile::width * sizeof(bf16) + sizeof(shared.next_times[buffer]));
    copy_bytes(shared.next_times[buffer], batch.times + tile.time0 + max(tile.row0, 0), sizeof(shared.next_times[buffer]),
               q_full);
    for (int h = 0; h < work.heads; h++) {
      for (int r = 0; r < Tile::rows; r += 64) {
        for (int part = 0; part < Tile::parts; part++) {
          copy_box(shared.q[buffer][h] + r * Tile::width + part * 64 * Tile::box, map,
                   shape.q_column(work.head + h) + part * Tile::box, tile.token0 + tile.row0 + r, q_full);
        }
      }
    }
    QTile following = {};
    const auto take = [&] {
      index = gridDim.x + atomicAdd(&counters->taken, 1);
      if (index < count) following = batch.q_tiles[index / Tile::units(shape.heads)];
    };
    for (int t = 0; t < work.tiles; t++) {
      // While the last tile waits for its slot. Not earlier: who takes early takes more than its share.
      if (Tile::measures && t == work.tiles - 1) take();
      typename Tile::Stage &stage = shared.stage[ring.slot];
      uint64_t *full = &shared.full[ring.slot];
      barrier_wait(&shared.empty[ring.slot], ring.phase ^ 1);
      barrier_expect(full, work.heads * Tile::head_bytes + Tile::bias_bytes);
      const int key0 = t * Tile::keys;
      for (int h = 0; h < work.heads; h++) {
        for (int part = 0; part < Tile::parts; part++) {
          for (int r = 0; r < Tile::keys; r += 64) {
            const int at = (part * Tile::keys + r) * Tile::box;
            const int row = tile.token0 + key0 + r;
            copy_box(stage.k[h] + at, map, shape.k_column(work.head + h) + part * Tile::box, row, full);
            copy_box(stage.v[h] + at, map, shape.v_column(work.head + h) + part * Tile::box, row, full);
          }
        }
      }
      const float *window = positions + key0 - tile.row0 - (Tile::rows - 1);
      copy_bytes(stage.even, window, Tile::window * sizeof(float), full);
      copy_bytes(stage.odd, window + position_entries(shape.slots), Tile::window * sizeof(float), full);
      copy_bytes(stage.times, batch.times + tile.time0 + key0, Tile::keys * sizeof(int), full);
      ring.advance();
    }
    if (!Tile::measures) take();  // three warpgroups leave too few registers to hold it before
    tile = following;
  }
  // The last block to finish leaves the counters as they were.
  if (atomicAdd(&counters->done, 1) == static_cast<int>(gridDim.x) - 1) {
    counters->taken = 0;
    counters->done = 0;
  }
}

// Finds the spans of time buckets of a block's tiles ahead of the consumers, which would otherwise wait for two lookups in a
// row before each tile's bias. Belongs to one warp.
//
// It can't fall behind: the warpgroup with a query tile's last rows waits for each of the tile's spans.
template <typename Tile>
__device__ __forceinline__ void measure(typename Tile::Shared &shared, bool sorted) {
  const int lane = threadIdx.x % 32;
  Ring<Tile> ring;
  barrier_wait(&shared.tables_full, 0);
  for (int round = 0;; round++) {
    const int buffer = round % Tile::queries;
    barrier_wait(&shared.q_full[buffer], round / Tile::queries & 1);
    const Work work = shared.work[buffer];
    if (work.heads == 0) break;
    const int row0 = work.tile.row0;
    const int length = work.tile.length;
    const int *times = shared.next_times[buffer] - max(row0, 0);
    for (int t = 0; t < work.tiles; t++) {
      const typename Tile::Stage &stage = shared.stage[ring.slot];
      barrier_wait(&shared.full[ring.slot], ring.phase);
      for (int i = lane; i < Tile::warps * Tile::chunks; i += 32) {
        const int warp = i / Tile::chunks;
        const int chunk = i % Tile::chunks;
        shared.spans[ring.slot][warp][chunk] = span_of(shared.tables, row0 + 16 * warp, times, length, sorted, chunk,
                                                       stage.times, min(Tile::keys, length - t * Tile::keys));
      }
      __syncwarp();
      if (lane == 0) barrier_arrive(&shared.measured[ring.slot]);
      ring.advance();
    }
  }
}

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

// A warp's 16 rows of one head leave through the queries' place in shared memory, so that 16 bytes a thread are written side
// by side.
//   place_of_queries: of the warp's first row; rows: that are the user's, may be more than 16.
template <typename Tile>
__device__ __forceinline__ void put_away(const float (&output)[Tile::width / 2], bf16 *place_of_queries, bf16 *target,
                                         size_t stride, int rows, float scale) {
  unsigned char *staging = reinterpret_cast<unsigned char *>(place_of_queries);
  constexpr int row_bytes = Tile::box * 2;
  constexpr int chunks = row_bytes / 16;  // of a row in one part; swizzled, against conflicts of banks
  constexpr int part_bytes = 64 * row_bytes;
  const int lane = threadIdx.x % 32;
  const int row = lane % 16;  // whose place the lane gives
#pragma unroll
  for (int g = 0; g < Tile::width / 8; g += 2) {
    const int chunk = g % chunks + lane / 16;
    const uint32_t at = shared_address(staging + g / chunks * part_bytes + row * row_bytes + (chunk ^ row % chunks) * 16);
    const float *o = output + 4 * g;
    store_matrices(at, packed(o[0] * scale, o[1] * scale), packed(o[2] * scale, o[3] * scale),
                   packed(o[4] * scale, o[5] * scale), packed(o[6] * scale, o[7] * scale));
  }
  __syncwarp();
  constexpr int row_chunks = Tile::width / 8;
  constexpr int rows_together = 32 / row_chunks;
  const int chunk = lane % row_chunks;
#pragma unroll
  for (int r0 = 0; r0 < 16; r0 += rows_together) {
    const int r = r0 + lane / row_chunks;
    if (r >= rows) continue;
    *reinterpret_cast<uint4 *>(target + r * stride + chunk * 8) = *reinterpret_cast<const uint4 *>(
        staging + chunk / chunks * part_bytes + r * row_bytes + ((chunk % chunks) ^ (r % chunks)) * 16);
  }
}

// Gives a slot back to the feeder.
template <typename Tile>
__device__ __forceinline__ void leave(typename Tile::Shared &shared, int slot) {
  if (threadIdx.x % 128 == 0) barrier_arrive(&shared.empty[slot]);
}

// A warpgroup's 64 rows of a work. What each tile of keys needs is copied, since `work` lies in shared memory.
struct OwnRows {
  const Work &work;
  TileRows rows;   // the warp's 16
  uint64_t query;  // descriptor of the first head's rows
  int tiles;       // of keys that some row attends to, at least 1
  int row0;        // of the query tile
  int length;      // of the user
  int lane;
};

// Halved biases of the warp's rows for tile `t`, which lies in the ring's slot.
template <typename Tile>
__device__ __forceinline__ void bias_stage(float (&bias)[Tile::keys / 2], typename Tile::Shared &shared,
                                           const OwnRows &own, const Ring<Tile> &ring, int t) {
  const typename Tile::Stage &stage = shared.stage[ring.slot];
  const TileRows &rows = own.rows;
  const int key0 = t * Tile::keys;
  // Distance of the thread's first column from its first row, and where that stands in the window; one group earlier
  // belongs to the row 8 below.
  const int column = 2 * (own.lane % 4);
  const int diagonal = key0 + column - rows.row();
  const int place = column - (rows.row() - own.row0) + Tile::rows - 1 - 8;
  const float *window = (place & 1) != 0 ? stage.odd + place + 1 : stage.even + place;
  const auto with = [&](const auto &spans) {
    bias_tile<Tile::keys / 8>(bias, shared.tables, rows, reinterpret_cast<const float2 *>(window), spans, stage.times,
                              own.lane, diagonal, rows.first_row + 15 - key0);
  };
  if constexpr (Tile::measures) {
    barrier_wait(&shared.measured[ring.slot], ring.phase);
    with(MeasuredSpans<Tile::chunks>(shared.spans[ring.slot][threadIdx.x / 32]));
  } else {
    with(spans_of<Tile::chunks>(shared.tables, rows, stage.times, min(Tile::keys, own.length - key0), own.lane));
  }
}

// Distance of the next head's queries.
template <typename Tile>
constexpr uint32_t kNextQuery = Tile::rows * Tile::width * sizeof(bf16);

// Head after head: the bias is found during the first head's first product.
template <typename Tile>
__device__ __forceinline__ void attend_in_turn(float (&output)[Tile::heads][Tile::width / 2],
                                               typename Tile::Shared &shared, const OwnRows &own, Ring<Tile> &ring) {
  int slot_before = 0;
  for (int t = 0; t < own.tiles; t++) {
    typename Tile::Stage &stage = shared.stage[ring.slot];
    barrier_wait(&shared.full[ring.slot], ring.phase);
    float scores[Tile::keys / 2];
    multiply_scores<Tile>(scores, own.query, stage.k[0]);
    if (Tile::defers && t > 0) {
      wgmma_wait<1>();
      leave<Tile>(shared, slot_before);
    }
    float bias[Tile::keys / 2];
    bias_stage<Tile>(bias, shared, own, ring, t);
#pragma unroll
    for (int h = 0; h < Tile::heads; h++) {
      if (h < own.work.heads) {
        uint32_t weights[Tile::keys / 4];
        wgmma_wait<0>();
        settle(scores);
        weigh<Tile::keys / 8>(scores, bias, weights);
        multiply_values<Tile>(output[h], weights, stage.v[h], t == 0);
        if (h + 1 < own.work.heads) {
          multiply_scores<Tile>(scores, advanced(own.query, (h + 1) * kNextQuery<Tile>), stage.k[h + 1]);
        }
      }
    }
    if (!Tile::defers) {
      wgmma_wait<0>();
#pragma unroll
      for (int h = 0; h < Tile::heads; h++) settle(output[h]);
      leave<Tile>(shared, ring.slot);
    }
    slot_before = ring.slot;
    ring.advance();
  }
  wgmma_wait<0>();
#pragma unroll
  for (int h = 0; h < Tile::heads; h++) settle(output[h]);
  if (Tile::defers) leave<Tile>(shared, slot_before);
}

// Two heads at once: a tile's values and the next tile's scores, four products, run while the next tile's bias is found. Where
// the work has one head alone, the second is computed from what its place in shared memory holds, and left out by the
// caller: a branch around products would make the compiler wait for each.
template <typename Tile>
__device__ __forceinline__ void attend_together(float (&output)[2][Tile::width / 2], typename Tile::Shared &shared,
                                                const OwnRows &own, Ring<Tile> &ring) {
  float scores0[Tile::keys / 2], scores1[Tile::keys / 2];
  float bias[Tile::keys / 2];
  uint32_t weights0[Tile::keys / 4], weights1[Tile::keys / 4];
  const auto start_scores = [&] {
    barrier_wait(&shared.full[ring.slot], ring.phase);
    multiply_scores<Tile>(scores0, own.query, shared.stage[ring.slot].k[0]);
    multiply_scores<Tile>(scores1, advanced(own.query, kNextQuery<Tile>), shared.stage[ring.slot].k[1]);
  };
  int slot_before = 0;
  start_scores();
  for (int t = 0;; t++) {
    const int slot = ring.slot;
    typename Tile::Stage &stage = shared.stage[slot];
    bias_stage<Tile>(bias, shared, own, ring, t);
    ring.advance();
    wgmma_wait<0>();
    settle(scores0);
    settle(scores1);
    settle(output[0]);
    settle(output[1]);
    if (t > 0) leave<Tile>(shared, slot_before);
    slot_before = slot;
    weigh<Tile::keys / 8>(scores0, bias, weights0);
    weigh<Tile::keys / 8>(scores1, bias, weights1);
    multiply_values<Tile>(output[0], weights0, stage.v[0], t == 0);
    multiply_values<Tile>(output[1], weights1, stage.v[1], t == 0);
    if (t + 1 >= own.tiles) break;
    start_scores();
  }
  wgmma_wait<0>();
  settle(output[0]);
  settle(output[1]);
  leave<Tile>(shared, slot_before);
}

// One warpgroup's rows of a query tile. `ring` goes on from tile to tile.
template <typename Tile>
__device__ __forceinline__ void consume(typename Tile::Shared &shared, const Shape &shape, bf16 *o,
                                        float scale, const Work &work, int buffer, int group,
                                        bool sorted, Ring<Tile> &ring) {
  const int lane = threadIdx.x % 32;
  const int warp = threadIdx.x / 32 % 4;
  const int row0 = work.tile.row0;
  const int length = work.tile.length;
  const int own_row0 = row0 + 64 * group;
  const bool idle = own_row0 < 0 || own_row0 >= length;
  const int own_tiles = idle ? 0 : (min(length, own_row0 + 64) + Tile::keys - 1) / Tile::keys;
  float output[Tile::heads][Tile::width / 2];
  if (!idle) {
    const int *times = shared.next_times[buffer] - max(row0, 0);
    const OwnRows own{work,
                      TileRows(own_row0 + 16 * warp, times, length, sorted),
                      k_major(shared_address(shared.q[buffer][0] + group * 64 * Tile::width), Tile::swizzle),
                      own_tiles, row0, length, lane};
    if constexpr (Tile::together) {
      attend_together<Tile>(output, shared, own, ring);
    } else {
      attend_in_turn<Tile>(output, shared, own, ring);
    }
  }
  // Tiles that only later rows need.
  for (int t = own_tiles; t < work.tiles; t++) {
    barrier_wait(&shared.full[ring.slot], ring.phase);
    leave<Tile>(shared, ring.slot);
    ring.advance();
  }
  if (!idle) {
    named_barrier(1 + group, 128);  // all warps are done with the queries
    const int first = own_row0 + 16 * warp;
    const int place = 64 * group * Tile::width + 16 * warp * Tile::box;
#pragma unroll
    for (int h = 0; h < Tile::heads; h++) {
      if (h < work.heads) {
        bf16 *target = o + static_cast<size_t>(work.tile.token0 + first) * shape.hidden + (work.head + h) * Tile::width;
        put_away<Tile>(output[h], shared.q[buffer][h] + place, target, shape.hidden, length - first, scale);
      }
    }
    fence_async();  // the copy engine writes later queries here
  }
  __syncwarp();  // whoever is idle has read `work` too
  if (lane == 0) barrier_arrive(&shared.q_empty[buffer]);
}

template <typename Tile>
__global__ void __launch_bounds__(Tile::threads, 1)
    attention_kernel(const __grid_constant__ CUtensorMap map, Shape shape, BatchArrays batch, bf16 *o, float scale,
                     const BiasTables *tables, WorkCounters *counters) {
#if __CUDA_ARCH__ >= 900
  extern __shared__ unsigned char raw[];
  // Rounded up by an offset, not by a cast of the pointer, so that the compiler still knows it for shared memory.
  typename Tile::Shared &shared = *reinterpret_cast<typename Tile::Shared *>(raw + (-shared_address(raw) & 1023));
  if (threadIdx.x == 0) {
    prefetch_map(&map);
    barrier_init(&shared.tables_full, 1);
    for (int i = 0; i < Tile::queries; i++) {
      barrier_init(&shared.q_full[i], 1);
      barrier_init(&shared.q_empty[i], Tile::warps);
    }
    for (int s = 0; s < Tile::stages; s++) {
      barrier_init(&shared.full[s], 1);
      barrier_init(&shared.measured[s], 1);
      barrier_init(&shared.empty[s], Tile::groups);
    }
    barrier_init_fence();
  }
  __syncthreads();
  await_predecessor();
  admit_successor();
  const int group = __shfl_sync(0xffffffff, threadIdx.x / 128, 0);  // uniform in a warp, as the compiler now knows
  if (group == Tile::groups) {
    registers_shrink<Tile::producer_registers>();
    const int warp = __shfl_sync(0xffffffff, threadIdx.x / 32 % 4, 0);
    if (warp == 0) {
      if (threadIdx.x % 32 == 0) feed<Tile>(shared, &map, shape, batch, tables, counters);
    } else if (Tile::measures && warp == 1) {
      measure<Tile>(shared, batch.header->sorted != 0);
    }
  } else {
    registers_grow<Tile::consumer_registers>();
    barrier_wait(&shared.tables_full, 0);
    const bool sorted = batch.header->sorted != 0;
    Ring<Tile> ring;
    for (int round = 0;; round++) {
      const int buffer = round % Tile::queries;
      barrier_wait(&shared.q_full[buffer], round / Tile::queries & 1);
      const Work &work = shared.work[buffer];
      if (work.heads == 0) break;
      consume<Tile>(shared, shape, o, scale, work, buffer, group, sorted, ring);
    }
  }
#endif
}

template <typename Tile>
cudaError_t launch(const AttentionArgs &args, cudaStream_t stream) {
  const int bytes = sizeof(typename Tile::Shared) + 1024;
  // Each time, since it holds for one device and a process may use several.
  const cudaError_t raised =
      cudaFuncSetAttribute(attention_kernel<Tile>, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  if (raised != cudaSuccess) return raised;
  int processors = 0;
  const cudaError_t status = device_attribute(cudaDevAttrMultiProcessorCount, &processors);
  if (status != cudaSuccess) return status;
  const int blocks = min(processors, args.most_q_tiles * Tile::units(args.shape.heads));
  return launch_overlapped(attention_kernel<Tile>, dim3(blocks), dim3(Tile::threads), bytes, stream, *args.map,
                           args.shape, args.batch, args.o, 1.f / args.shape.slots,
                           static_cast<const BiasTables *>(args.tables), args.counters);
}

template <int width>
cudaError_t choose(const AttentionArgs &args, cudaStream_t stream) {
  const TileForm &form = args.form;
  if (form.rows == 192 && form.heads == kMaxHeadWidth / width) {
    return launch<Tiling<width, 3, 64, 3, kMaxHeadWidth / width>>(args, stream);
  }
  if (form.rows == 128 && form.heads == 1) return launch<Tiling<width, 2, 64, 3, 1>>(args, stream);
  if constexpr (width == kPairedWidth) {
    if (form.rows == 128 && form.heads == 2) return launch<Tiling<width, 2, 64, 3, 2>>(args, stream);
  }
  return cudaErrorInvalidValue;
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
