#include "rows_cluster.cuh"

#include <algorithm>

#include "cluster.cuh"
#include "rows_sources.cuh"

namespace hstu {
namespace {

constexpr int kWarps = 16;  // that compute; one more fills the ring
constexpr int kComputing = 32 * kWarps;
constexpr int kThreads = kComputing + 32;
constexpr int kSlotBytes = 16384;
constexpr int kLeastSlots = 3;
constexpr int kMostSlots = 10;
constexpr int kGroup = 256;  // columns a warp holds, 8 a lane
// Between two warps' sums of a row: four neighbours reading the sums of as many warps meet no bank twice.
constexpr int kPartStride = kGroup + 4;
constexpr int kExchanges = 4;

// A slot holds a row at least: keys and values of HW columns each.
constexpr int kWidestHidden = kSlotBytes / (2 * static_cast<int>(sizeof(bf16)));

template <class Source>
struct Task {
  Source source;
  Shape shape;
  ClusterPlan plan;
  int blocks;
  float inverse_dim;     // 1 / D
  float inverse_values;  // 1 / (h dv)
  float *embeddings;
  BlockWeights weights[kMostBlocks];
};

// Older devices get an empty kernel, which is never launched.
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 900

// ---------------------------------------------------------------------------------------------------------------- shared memory

struct Shared {
  char *base;
  const ClusterPlan &plan;

  __device__ float *floats(int offset) const { return reinterpret_cast<float *>(base + offset); }
  __device__ float *x() const { return floats(plan.x); }            // [R][Dp]
  __device__ float *uq() const { return floats(plan.uq); }          // [R][u HW | q HW]
  __device__ float *fresh() const { return floats(plan.fresh); }    // [R][v HW | k HW]
  __device__ float *parts() const { return floats(plan.parts); }    // [kWarps][R][kPartStride]
  __device__ float *gather() const { return floats(plan.gather); }  // [CTAs][R][4 << quad_shift]
  __device__ float *o() const { return floats(plan.o); }            // [R][HW]
  __device__ float *stage() const { return floats(plan.stage); }    // [R][rows of this CTA]
  __device__ float *biases() const { return floats(plan.biases); }  // [R][most_keys + R], fresh keys last
  __device__ float *output_bias() const { return floats(plan.output_bias); }  // [rows of this CTA]
  __device__ uint8_t *buckets() const { return reinterpret_cast<uint8_t *>(base + plan.buckets); }  // like biases
  __device__ uint64_t *exchange(int i) const { return reinterpret_cast<uint64_t *>(base + plan.barriers) + i; }
  __device__ uint64_t *full(int slot) const { return exchange(kExchanges) + slot; }
  __device__ uint64_t *empty(int slot) const { return full(plan.ring_slots) + slot; }
  __device__ char *slot(int i) const { return base + plan.ring + i * kSlotBytes; }
};

// One side of the ring: slot and turn advance alike for the filling warp and for those that compute.
struct RingPosition {
  int slot = 0;
  uint32_t turn = 0;

  __device__ void advance(int slots) {
    if (++slot == slots) {
      slot = 0;
      turn ^= 1;
    }
  }
};

struct KeyRange {
  int begin, end;
};

__device__ KeyRange key_range(int old, int rank, int ctas) {
  const int each = (old + ctas - 1) / ctas;
  return KeyRange{min(rank * each, old), min((rank + 1) * each, old)};
}

// ---------------------------------------------------------------------------------------------------------------- the filling warp

struct Filler {
  const Shared &shared;
  RingPosition at;

  // Announces a slot's bytes once its last turn was read.
  __device__ char *claim(uint32_t bytes) {
    if (threadIdx.x % 32 == 0) {
      barrier_wait(shared.empty(at.slot), at.turn ^ 1);
      barrier_expect(shared.full(at.slot), bytes);
    }
    __syncwarp();
    return shared.slot(at.slot);
  }

  __device__ void matrix(const bf16 *rows, int count, int width, int chunk) {
    for (int first = 0; first < count; first += chunk) {
      const uint32_t bytes = min(chunk, count - first) * width * sizeof(bf16);
      char *slot = claim(bytes);
      if (threadIdx.x % 32 == 0) {
        copy_bytes(slot, rows + static_cast<size_t>(first) * width, bytes, shared.full(at.slot));
      }
      at.advance(shared.plan.ring_slots);
    }
  }

  // Keys and values of a range, `keys` rows first and as many of values behind them.
  template <class Source>
  __device__ void kept(const Source &source, const typename Source::Rows &rows, int block, KeyRange range, int hidden) {
    for (int position = range.begin; position < range.end;) {
      const int count = min(min(shared.plan.key_chunk, range.end - position), source.run(rows, position));
      const uint32_t bytes = hidden * sizeof(bf16);
      char *slot = claim(2 * count * bytes);
      const bf16 *keys = source.keys(rows, block, position);
      const bf16 *values = source.values(rows, block, position);
      const bool together = source.stride() == hidden;
      const uint32_t piece = together ? count * bytes : bytes;
      for (int i = threadIdx.x % 32; i < (together ? 1 : count); i += 32) {
        const size_t from = static_cast<size_t>(i) * source.stride();
        copy_bytes(slot + i * bytes, keys + from, piece, shared.full(at.slot));
        copy_bytes(slot + (count + i) * bytes, values + from, piece, shared.full(at.slot));
      }
      at.advance(shared.plan.ring_slots);
      position += count;
    }
  }
};

// First of the CTA's rows of Wp. Without fresh rows only u and q are computed, which lie at 0 and 2 HW.
template <class Source>
__device__ int projection_row(const Shape &shape, const ClusterPlan &plan, int rank) {
  const int row = rank * plan.projection_rows;
  return Source::kFresh || row < shape.hidden ? row : row + shape.hidden;
}

template <class Source>
__device__ void fill(const Task<Source> &task, const Shared &shared, const typename Source::Rows &rows, int rank) {
  const Shape &shape = task.shape;
  const ClusterPlan &plan = task.plan;
  Filler filler{shared, RingPosition{}};
  const KeyRange range = key_range(rows.old, rank, plan.ctas);
  for (int block = 0; block < task.blocks; block++) {
    const BlockWeights &weights = task.weights[block];
    const int first = projection_row<Source>(shape, plan, rank);
    filler.matrix(weights.projection + static_cast<size_t>(first) * shape.dim_padded, plan.projection_rows,
                  shape.dim_padded, plan.projection_chunk);
    filler.kept(task.source, rows, block, range, shape.hidden);
    filler.matrix(weights.output + static_cast<size_t>(rank) * plan.output_rows * shape.hidden, plan.output_rows,
                  shape.hidden, plan.output_chunk);
  }
}

// ---------------------------------------------------------------------------------------------------------------- arithmetic of a warp

__device__ __forceinline__ void widen(uint4 packed, float (&wide)[8]) {
  const uint32_t words[4] = {packed.x, packed.y, packed.z, packed.w};
#pragma unroll
  for (int i = 0; i < 4; i++) {
    wide[2 * i] = __uint_as_float(words[i] << 16);
    wide[2 * i + 1] = __uint_as_float(words[i] & 0xffff0000u);
  }
}

__device__ __forceinline__ void load8(const float *source, float (&target)[8]) {
  const float4 low = *reinterpret_cast<const float4 *>(source);
  const float4 high = *reinterpret_cast<const float4 *>(source + 4);
  target[0] = low.x, target[1] = low.y, target[2] = low.z, target[3] = low.w;
  target[4] = high.x, target[5] = high.y, target[6] = high.z, target[7] = high.w;
}

__device__ __forceinline__ float4 load4(const float *source) { return *reinterpret_cast<const float4 *>(source); }

__device__ __forceinline__ float silu(float x) { return __fdividef(x, 1.f + __expf(-x)); }

// Sums of a value a row over `lanes` neighbouring lanes. With two rows half of the lanes end up with each row's sum: those whose bit lanes/2 is set with the
// second's.
template <int R>
__device__ __forceinline__ float row_sum(const float (&values)[R], int lanes) {
  float sum = values[0];
  int step = lanes / 2;
  if constexpr (R == 2) {
    const bool second = (threadIdx.x & step) != 0;
    sum = (second ? values[1] : values[0]) + __shfl_xor_sync(~0u, second ? values[0] : values[1], step);
    step /= 2;
  }
  for (; step > 0; step /= 2) sum += __shfl_xor_sync(~0u, sum, step);
  return sum;
}

// Gives every lane both rows' values.
template <int R>
__device__ __forceinline__ void share_rows(float mine, int lanes, float (&values)[R]) {
  values[0] = mine;
  if constexpr (R == 2) {
    const float other = __shfl_xor_sync(~0u, mine, lanes / 2);
    const bool second = (threadIdx.x & (lanes / 2)) != 0;
    values[0] = second ? other : mine;
    values[1] = second ? mine : other;
  }
}

// Mean and reciprocal deviation of each row over its real columns. Sums are taken about the row's first value, which keeps a large common part out of them.
template <int R>
struct Norm {
  float mean[R];
  float scale[R];

  template <class Real>
  __device__ void measure(const float *rows, int width, int count, Real real) {
    float sums[R], squares[R], pivots[R];
#pragma unroll
    for (int r = 0; r < R; r++) {
      const float *row = rows + r * width;
      sums[r] = squares[r] = 0;
      pivots[r] = row[0];
      for (int c = 4 * (threadIdx.x % 32); c < width; c += 128) {
        const float4 four = load4(row + c);
        const float values[4] = {four.x, four.y, four.z, four.w};
#pragma unroll
        for (int i = 0; i < 4; i++) {
          const float value = real(c + i) ? values[i] - pivots[r] : 0.f;
          sums[r] += value;
          squares[r] = fmaf(value, value, squares[r]);
        }
      }
    }
    float sum[R], square[R];
    share_rows<R>(row_sum<R>(sums, 32), 32, sum);
    share_rows<R>(row_sum<R>(squares, 32), 32, square);
#pragma unroll
    for (int r = 0; r < R; r++) {
      const float shift = sum[r] / count;
      mean[r] = pivots[r] + shift;
      scale[r] = rsqrtf(fmaxf(square[r] / count - shift * shift, 0.f) + kEpsilon);
    }
  }
};

// Layer norm of rows held by a warp, eight columns a lane of which `valid` are real; the others become 0.
template <int R>
__device__ __forceinline__ void normalise(float (&rows)[R][8], int valid, float inverse_count) {
  float values[R], means[R], variances[R];
#pragma unroll
  for (int r = 0; r < R; r++) {
    values[r] = 0;
#pragma unroll
    for (int i = 0; i < 8; i++) values[r] += i < valid ? rows[r][i] : 0.f;
  }
  share_rows<R>(row_sum<R>(values, 32), 32, means);
#pragma unroll
  for (int r = 0; r < R; r++) {
    values[r] = 0;
#pragma unroll
    for (int i = 0; i < 8; i++) {
      rows[r][i] = i < valid ? fmaf(-inverse_count, means[r], rows[r][i]) : 0.f;
      values[r] = fmaf(rows[r][i], rows[r][i], values[r]);
    }
  }
  share_rows<R>(row_sum<R>(values, 32), 32, variances);
#pragma unroll
  for (int r = 0; r < R; r++) {
    const float scale = rsqrtf(fmaf(variances[r], inverse_count, kEpsilon));
#pragma unroll
    for (int i = 0; i < 8; i++) rows[r][i] *= scale;
  }
}

constexpr int kAdders = 4;  // neighbouring lanes that share an addition

// Adds up what kAdders neighbouring lanes hold; all get the sum.
__device__ __forceinline__ float4 neighbours_sum(float4 value) {
#pragma unroll
  for (int step = 1; step < kAdders; step *= 2) {
    value.x += __shfl_xor_sync(~0u, value.x, step);
    value.y += __shfl_xor_sync(~0u, value.y, step);
    value.z += __shfl_xor_sync(~0u, value.z, step);
    value.w += __shfl_xor_sync(~0u, value.w, step);
  }
  return value;
}

// What the warps that compute do together.
struct Computing {
  const Shared &shared;
  RingPosition at;
  int warp, lane;

  __device__ Computing(const Shared &memory) : shared(memory), warp(threadIdx.x / 32), lane(threadIdx.x % 32) {}

  __device__ const char *wait() {
    barrier_wait(shared.full(at.slot), at.turn);
    return shared.slot(at.slot);
  }
  __device__ void release() {
    __syncwarp();
    if (lane == 0) barrier_arrive(shared.empty(at.slot));
    at.advance(shared.plan.ring_slots);
  }
  __device__ static void meet() { named_barrier(1, kComputing); }

  // Products of `count` streamed weight rows with R activation rows. A row of weights is one warp's.
  //   dot(row, sums) adds the lane's products; result(n, r, sum) runs in one lane a sum.
  template <int R, class Dot, class Result>
  __device__ void each_row(int count, int width, int chunk, Dot dot, Result result) {
    int mine = warp;  // the warp's next row
    for (int first = 0; first < count; first += chunk) {
      const int end = min(first + chunk, count);
      const bf16 *tile = reinterpret_cast<const bf16 *>(wait());
#pragma unroll 2
      for (; mine < end; mine += kWarps) {
        float sums[R];
#pragma unroll
        for (int r = 0; r < R; r++) sums[r] = 0;
        dot(tile + (mine - first) * width, sums);
        const float sum = row_sum<R>(sums, 32);
        if (lane % (32 / R) == 0) result(mine, lane / (32 / R), sum);
      }
      release();
    }
  }

  // Rows of at most kGroup columns: the lane's activations stay in registers.
  template <int R, class Result>
  __device__ void narrow_products(int count, int width, int chunk, const float (&held)[R][8], Result result) {
    const bool inside = 8 * lane < width;
    each_row<R>(count, width, chunk,
                [&](const bf16 *row, float (&sums)[R]) {
                  float weights[8];
                  widen(inside ? *reinterpret_cast<const uint4 *>(row + 8 * lane) : make_uint4(0, 0, 0, 0), weights);
#pragma unroll
                  for (int r = 0; r < R; r++) {
#pragma unroll
                    for (int i = 0; i < 8; i++) sums[r] = fmaf(weights[i], held[r][i], sums[r]);
                  }
                },
                result);
  }

  // activation(r, column, float[8]) gives eight columns of a row.
  template <int R, class Activation, class Result>
  __device__ void wide_products(int count, int width, int chunk, Activation activation, Result result) {
    each_row<R>(count, width, chunk,
                [&](const bf16 *row, float (&sums)[R]) {
#pragma unroll 1
                  for (int column = 8 * lane; column < width; column += kGroup) {
                    float weights[8], values[8];
                    widen(*reinterpret_cast<const uint4 *>(row + column), weights);
#pragma unroll
                    for (int r = 0; r < R; r++) {
                      activation(r, column, values);
#pragma unroll
                      for (int i = 0; i < 8; i++) sums[r] = fmaf(weights[i], values[i], sums[r]);
                    }
                  }
                },
                result);
  }
};

// ---------------------------------------------------------------------------------------------------------------- attention

// One warp's share of the attention: a group of 256 columns (or several keys at once where rows are narrower), the keys of every `warps`-th warp.
template <int R>
struct Attention {
  const Shared &shared;
  const Shape &shape;
  int bias_stride;
  int groups, lanes, keys;  // column groups; lanes a key takes; keys a warp takes at once, 1 << key_shift
  int key_shift;
  int group, member, members;
  int key, column;          // the lane's
  bool active;
  float inverse_slots;
  float q[R][8];
  float sums[R][8];

  __device__ Attention(const Shared &memory, const Shape &model, int warp, int lane)
      : shared(memory), shape(model), bias_stride(memory.plan.most_keys + R) {
    groups = (shape.hidden + kGroup - 1) / kGroup;
    key_shift = 0;
    while (kGroup >> (key_shift + 1) >= shape.hidden) key_shift++;
    keys = 1 << key_shift;
    lanes = 32 >> key_shift;
    group = warp % groups;
    member = warp / groups;
    members = kWarps / groups;
    key = lane / lanes;
    column = group * kGroup + lane % lanes * 8;
    active = column < shape.hidden && member < members;
    inverse_slots = 1.f / shape.slots;
  }

  __device__ void begin() {
#pragma unroll
    for (int r = 0; r < R; r++) {
      if (active) load8(shared.uq() + (2 * r + 1) * shape.hidden + column, q[r]);
#pragma unroll
      for (int i = 0; i < 8; i++) {
        if (!active) q[r][i] = 0;
        sums[r][i] = 0;
      }
    }
  }

  // `index` of the key's bias; visible[r]: whether row r sees it.
  __device__ void attend(const float (&k)[8], const float (&v)[8], int index, const bool (&visible)[R]) {
    const int head_lanes = shape.width / 8;
    float scores[R];
#pragma unroll
    for (int r = 0; r < R; r++) {
      scores[r] = 0;
#pragma unroll
      for (int i = 0; i < 8; i++) scores[r] = fmaf(q[r][i], k[i], scores[r]);
    }
    const float score = row_sum<R>(scores, head_lanes);
    const int row = R == 2 && (threadIdx.x & (head_lanes / 2)) != 0 ? 1 : 0;
    const bool seen = R == 2 && row == 1 ? visible[R - 1] : visible[0];
    const float weight = seen ? silu(score + shared.biases()[row * bias_stride + index]) * inverse_slots : 0.f;
    float weights[R];
    share_rows<R>(weight, head_lanes, weights);
#pragma unroll
    for (int r = 0; r < R; r++) {
#pragma unroll
      for (int i = 0; i < 8; i++) sums[r][i] = fmaf(weights[r], v[i], sums[r][i]);
    }
  }

  // Keys and values of a slot; `index` is the first key's.
  __device__ void tile(const bf16 *rows, int count, int index) {
    if (member >= members) return;
#pragma unroll 2
    for (int first = member * keys; first < count; first += members * keys) {
      const int row = first + key;
      const bool present = active && row < count;
      const uint4 none = make_uint4(0, 0, 0, 0);
      const bf16 *source = rows + row * shape.hidden + column;
      float k[8], v[8];
      widen(present ? *reinterpret_cast<const uint4 *>(source) : none, k);
      widen(present ? *reinterpret_cast<const uint4 *>(source + count * shape.hidden) : none, v);
      bool visible[R];
      for (int r = 0; r < R; r++) visible[r] = present;
      attend(k, v, present ? index + row : 0, visible);
    }
  }

  __device__ void fresh_rows(const UserRows<R> &rows) {
    if (member >= members) return;
#pragma unroll 1
    for (int f = member; f < rows.fresh; f += members) {
      const int source = R - rows.fresh + f;
      const int from = source == 0 ? rows.position[0] : rows.position[R - 1];
      const bool present = active && key == 0;
      float k[8] = {}, v[8] = {};
      if (present) {
        const float *row = shared.fresh() + 2 * source * shape.hidden + column;
        load8(row, v);
        load8(row + shape.hidden, k);
      }
      bool visible[R];
      for (int r = 0; r < R; r++) visible[r] = present && from <= rows.position[r];
      attend(k, v, shared.plan.most_keys + source, visible);
    }
  }

  __device__ void end(int warp, int lane) {
#pragma unroll
    for (int r = 0; r < R; r++) {
      float4 *target = reinterpret_cast<float4 *>(shared.parts() + (warp * R + r) * kPartStride + 8 * lane);
      target[0] = make_float4(sums[r][0], sums[r][1], sums[r][2], sums[r][3]);
      target[1] = make_float4(sums[r][4], sums[r][5], sums[r][6], sums[r][7]);
    }
  }

  // The CTA's sum for four columns of a row, over all its warps; kAdders neighbouring lanes ask together.
  __device__ float4 total(int r, int first_column, int adder) const {
    const float *first = shared.parts() + (first_column / kGroup * R + r) * kPartStride + first_column % kGroup;
    float4 sum = make_float4(0, 0, 0, 0);
#pragma unroll 4
    for (int part = adder; part < members << key_shift; part += kAdders) {
      const int member_of = part >> key_shift, key_of = part & (keys - 1);
      const float4 four = load4(first + member_of * groups * R * kPartStride + 8 * lanes * key_of);
      sum.x += four.x, sum.y += four.y, sum.z += four.z, sum.w += four.w;
    }
    return neighbours_sum(sum);
  }
};

// ---------------------------------------------------------------------------------------------------------------- the kernel

template <class Source>
struct Member {
  static constexpr int R = Source::kRows;
  const Task<Source> &task;
  const Shape &shape;
  const ClusterPlan &plan;
  const Shared &shared;
  const typename Source::Rows &rows;
  int rank;
  KeyRange range;
  int bias_stride;
  int own_quads;
  bool kept;   // whether this CTA computes v or k
  bool key;    // k
  int section_offset;  // of its rows within u, v, q or k
  Computing computing;
  Attention<R> attention;

  __device__ Member(const Task<Source> &given, const Shared &memory, const typename Source::Rows &user, int at)
      : task(given), shape(given.shape), plan(given.plan), shared(memory), rows(user), rank(at), computing(memory), attention(memory, given.shape, threadIdx.x / 32, threadIdx.x % 32) {
    range = key_range(rows.old, rank, plan.ctas);
    bias_stride = plan.most_keys + R;
    const int first = projection_row<Source>(shape, plan, rank);
    const int section = first / shape.hidden;  // u, v, q, k
    kept = section % 2 == 1;
    key = section == 3;
    section_offset = first - section * shape.hidden;
    own_quads = min(max(shape.hidden / 4 - (rank << plan.quad_shift), 0), 1 << plan.quad_shift);
  }

  __device__ bool last() const { return rank == plan.ctas - 1; }

  __device__ void expect(int exchange, uint32_t bytes) {
    if (threadIdx.x == 0) barrier_expect(shared.exchange(exchange), bytes);
  }

  // Hands a staged slice [R][count] to peers `first_peer` and on: into target [R][stride] from `offset`.
  __device__ void send(int exchange, const float *target, int stride, int offset, int count, int first_peer) {
#pragma unroll 1
    for (int i = computing.warp; i < plan.ctas; i += kWarps) {
      const int peer = (i + rank) & (plan.ctas - 1);  // every CTA begins with itself: no two crowd a third
      if (peer < first_peer) continue;
      const uint32_t barrier = remote_address(shared.exchange(exchange), peer);
#pragma unroll 1
      for (int at = 4 * computing.lane; at < R * count; at += 128) {
        const int r = R == 2 && at >= count ? 1 : 0;
        const float *place = target + r * stride + offset + at - r * count;
        store_remote(remote_address(place, peer), load4(shared.stage() + at), barrier);
      }
    }
  }

  // The input of the first block.
  __device__ void begin() {
#pragma unroll
    for (int r = 0; r < R; r++) {
#pragma unroll 1
      for (int c = threadIdx.x; c < shape.dim_padded; c += kComputing) {
        shared.x()[r * shape.dim_padded + c] = task.source.input(rows, r, c);
      }
    }
    if (last() && threadIdx.x == 0) task.source.store_times(rows);
    Computing::meet();
  }

  // Which time bucket each key of this CTA falls into for each row. A key's buckets and biases are always the same thread's business.
  __device__ void find_buckets() {
#pragma unroll 1
    for (int i = threadIdx.x; i < range.end - range.begin; i += kComputing) {
      const int time = task.source.time(rows, range.begin + i);
#pragma unroll
      for (int r = 0; r < R; r++) {
        shared.buckets()[r * bias_stride + i] = time_bucket(rows.next_time[r] - time);
      }
    }
    if (Source::kFresh && last() && threadIdx.x == 0) {
#pragma unroll
      for (int r = 0; r < R; r++) {
#pragma unroll
        for (int source = 0; source < R; source++) {
          shared.buckets()[r * bias_stride + plan.most_keys + source] =
              time_bucket(rows.next_time[r] - rows.time[source]);
        }
      }
    }
  }

  // What a block adds: biases of this CTA's keys and of its rows of the output, fetched while an exchange is on its way.
  __device__ void fetch_biases(const BlockWeights &weights) {
#pragma unroll 1
    for (int n = threadIdx.x; n < plan.output_rows; n += kComputing) {
      shared.output_bias()[n] = weights.output_bias[rank * plan.output_rows + n];
    }
    const int count = range.end - range.begin;
    const float *position = weights.position + shape.slots - 1;
#pragma unroll 1
    for (int i = threadIdx.x; i < count; i += kComputing) {
#pragma unroll
      for (int r = 0; r < R; r++) {
        const int at = r * bias_stride + i;
        shared.biases()[at] = position[range.begin + i - rows.position[r]] + weights.time[shared.buckets()[at]];
      }
    }
    if (Source::kFresh && last() && threadIdx.x == 0) {
#pragma unroll
      for (int r = 0; r < R; r++) {
#pragma unroll
        for (int source = 0; source < R; source++) {
          const int distance = rows.position[source] - rows.position[r];
          const int at = r * bias_stride + plan.most_keys + source;
          if (distance <= 0) shared.biases()[at] = position[distance] + weights.time[shared.buckets()[at]];
        }
      }
    }
  }

  __device__ void project(int block) {
    expect(0, 4 * R * shape.hidden * (Source::kFresh && last() ? 4 : 2));
    const float *x = shared.x();
    const int width = shape.dim_padded, column = 8 * computing.lane;
    auto result = [&](int n, int r, float sum) {
      const float value = silu(sum);
      shared.stage()[r * plan.projection_rows + n] = kept ? __bfloat162float(__float2bfloat16(value)) : value;
    };
    if (width <= kGroup) {
      float held[R][8];
      load_rows(x, width, column, held);
      normalise<R>(held, min(max(shape.dim - column, 0), 8), task.inverse_dim);
      computing.template narrow_products<R>(plan.projection_rows, width, plan.projection_chunk, held, result);
    } else {
      const int dim = shape.dim;
      Norm<R> norm;
      norm.measure(x, width, dim, [=](int c) { return c < dim; });
      computing.template wide_products<R>(
          plan.projection_rows, width, plan.projection_chunk,
          [&](int r, int c, float (&eight)[8]) {
            load8(x + r * width + c, eight);
#pragma unroll
            for (int i = 0; i < 8; i++) eight[i] = (eight[i] - norm.mean[r]) * norm.scale[r];  // padding meets weights of 0
          },
          result);
    }
    Computing::meet();
    if (!kept) {
      send(0, shared.uq() + (rank >= plan.ctas / 2 ? shape.hidden : 0), 2 * shape.hidden, section_offset,
           plan.projection_rows, 0);
    } else {
      send(0, shared.fresh() + (key ? shape.hidden : 0), 2 * shape.hidden, section_offset, plan.projection_rows,
           plan.ctas - 1);
      keep(block, key, section_offset);
    }
  }

  // Eight columns of each row; zeros past the width.
  __device__ void load_rows(const float *source, int width, int column, float (&held)[R][8]) {
#pragma unroll
    for (int r = 0; r < R; r++) {
      if (column < width) {
        load8(source + r * width + column, held[r]);
      } else {
#pragma unroll
        for (int i = 0; i < 8; i++) held[r][i] = 0;
      }
    }
  }

  __device__ void keep(int block, bool key, int offset) {
#pragma unroll 1
    for (int i = 4 * threadIdx.x; i < R * plan.projection_rows; i += 4 * kComputing) {
      const int r = R == 2 && i >= plan.projection_rows ? 1 : 0;
      task.source.store(rows, block, r, key, offset + i - r * plan.projection_rows, shared.stage() + i);
    }
  }

  __device__ void attend(uint32_t phase) {
    expect(1, plan.ctas * R * own_quads * 16);
    expect(2, 4 * R * shape.hidden);
    attention.begin();
    for (int position = range.begin; position < range.end;) {
      const int count = min(min(plan.key_chunk, range.end - position), task.source.run(rows, position));
      const bf16 *tile = reinterpret_cast<const bf16 *>(computing.wait());
      attention.tile(tile, count, position - range.begin);
      computing.release();
      position += count;
    }
    if (Source::kFresh && last()) attention.fresh_rows(rows);
    attention.end(computing.warp, computing.lane);
    Computing::meet();
    const int shift = plan.quad_shift, mask = (1 << shift) - 1;
    const int quads = shape.hidden / 4, adder = threadIdx.x % kAdders;
#pragma unroll 1
    for (int i = threadIdx.x / kAdders; i < R * quads; i += kComputing / kAdders) {
      const int r = R == 2 && i >= quads ? 1 : 0, quad = i - r * quads;
      const float4 sum = attention.total(r, 4 * quad, adder);
      if (adder != 0) continue;
      const int owner = quad >> shift;
      const float *place = shared.gather() + 4 * (((rank * R + r) << shift) + (quad & mask));
      store_remote(remote_address(place, owner), sum, remote_address(shared.exchange(1), owner));
    }
    barrier_wait(shared.exchange(1), phase);
    // Every warp adds up for a peer of its own.
#pragma unroll 1
    for (int i = computing.warp; i < plan.ctas; i += kWarps) {
      const int peer = (i + rank) & (plan.ctas - 1);
      const uint32_t barrier = remote_address(shared.exchange(2), peer);
#pragma unroll 1
      for (int first = 0; first < R << shift; first += 32 / kAdders) {
        const int at = first + computing.lane / kAdders;
        const int r = at >> shift, quad = at & mask;
        float4 sum = make_float4(0, 0, 0, 0);
        const bool mine = r < R && quad < own_quads;
#pragma unroll 4
        for (int from = computing.lane % kAdders; mine && from < plan.ctas; from += kAdders) {
          const float4 four = load4(shared.gather() + 4 * (((from * R + r) << shift) + quad));
          sum.x += four.x, sum.y += four.y, sum.z += four.z, sum.w += four.w;
        }
        sum = neighbours_sum(sum);
        if (!mine || computing.lane % kAdders != 0) continue;
        const float *place = shared.o() + r * shape.hidden + 4 * ((rank << shift) + quad);
        store_remote(remote_address(place, peer), sum, barrier);
      }
    }
    barrier_wait(shared.exchange(2), phase);
  }

  __device__ void output() {
    expect(3, 4 * R * shape.dim_padded);
    const Shape &model = shape;
    const float *o = shared.o(), *u = shared.uq();
    const int width = shape.hidden, column = 8 * computing.lane;
    const int first = rank * plan.output_rows;
    auto result = [&](int n, int r, float sum) {
      shared.stage()[r * plan.output_rows + n] =
          sum + shared.output_bias()[n] + shared.x()[r * shape.dim_padded + first + n];
    };
    if (width <= kGroup) {
      float held[R][8], gates[R][8];
      load_rows(o, width, column, held);
      const int valid = column < width ? min(max(shape.value_dim - (column & (shape.width - 1)), 0), 8) : 0;
      normalise<R>(held, valid, task.inverse_values);
#pragma unroll
      for (int r = 0; r < R; r++) {
        if (column < width) load8(u + 2 * r * width + column, gates[r]);
#pragma unroll
        for (int i = 0; i < 8; i++) held[r][i] = column < width ? held[r][i] * gates[r][i] : 0.f;
      }
      computing.template narrow_products<R>(plan.output_rows, width, plan.output_chunk, held, result);
    } else {
      Norm<R> norm;
      norm.measure(o, width, shape.heads * shape.value_dim, [&](int c) { return real_value(model, c); });
      computing.template wide_products<R>(
          plan.output_rows, width, plan.output_chunk,
          [&](int r, int c, float (&eight)[8]) {
            float gates[8];
            load8(o + r * width + c, eight);
            load8(u + 2 * r * width + c, gates);
#pragma unroll
            for (int i = 0; i < 8; i++) eight[i] = (eight[i] - norm.mean[r]) * norm.scale[r] * gates[i];
          },
          result);
    }
    Computing::meet();
    send(3, shared.x(), shape.dim_padded, first, plan.output_rows, 0);
  }

  __device__ void finish() {
    if (rank != 0) return;
    const float *y = shared.x() + (R - 1) * shape.dim_padded;
    float squares[1] = {0};
    for (int c = computing.lane; c < shape.dim; c += 32) squares[0] = fmaf(y[c], y[c], squares[0]);
    const float norm = fmaxf(sqrtf(row_sum<1>(squares, 32)), kEpsilon);
    float *embedding = task.embeddings + static_cast<size_t>(rows.user) * shape.dim;
    for (int c = threadIdx.x; c < shape.dim; c += kComputing) embedding[c] = y[c] / norm;
  }

  __device__ void run() {
    for (int block = 0; block < task.blocks; block++) {
      const uint32_t phase = block & 1;
      project(block);
      if (block == 0) {
        find_buckets();
        fetch_biases(task.weights[0]);
        Computing::meet();
      }
      barrier_wait(shared.exchange(0), phase);
      attend(phase);
      output();
      if (block + 1 < task.blocks) fetch_biases(task.weights[block + 1]);
      barrier_wait(shared.exchange(3), phase);
    }
    finish();
  }
};

#endif

template <class Source>
__global__ __launch_bounds__(kThreads, 1) void cluster_kernel(const __grid_constant__ Task<Source> task) {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 900
  extern __shared__ __align__(128) char memory[];
  const ClusterPlan &plan = task.plan;
  const int rank = cluster_rank();
  typename Source::Rows rows;
  if (!task.source.open(blockIdx.x / plan.ctas, rows)) return;
  const Shared shared{memory, plan};
  if (threadIdx.x == 0) {
    for (int i = 0; i < kExchanges; i++) barrier_init(shared.exchange(i), 1);
    for (int i = 0; i < plan.ring_slots; i++) {
      barrier_init(shared.full(i), 1);
      barrier_init(shared.empty(i), kWarps);
    }
    barrier_init_fence();
  }
  __syncthreads();
  cluster_arrive();
  if (threadIdx.x >= kComputing) {
    fill(task, shared, rows, rank);
    __syncwarp();
    cluster_wait();
  } else {
    Member<Source> member(task, shared, rows, rank);
    member.begin();
    cluster_wait();  // every CTA's barriers are ready
    // Nothing is written to a CTA after the last exchange, which it awaits: it may leave before its peers.
    member.run();
  }
#endif
}

template <class Source>
cudaLaunchConfig_t configuration(const ClusterPlan &plan, int users, cudaStream_t stream,
                                 cudaLaunchAttribute *attribute) {
  attribute->id = cudaLaunchAttributeClusterDimension;
  attribute->val.clusterDim.x = plan.ctas;
  attribute->val.clusterDim.y = 1;
  attribute->val.clusterDim.z = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(users * plan.ctas);
  config.blockDim = dim3(kThreads);
  config.dynamicSmemBytes = plan.bytes;
  config.stream = stream;
  config.attrs = attribute;
  config.numAttrs = 1;
  return config;
}

// Allows the kernel its shared memory and cluster size; whether the device can hold a cluster of it.
template <class Source>
cudaError_t allow(const ClusterPlan &plan, bool *holds) {
  cudaError_t status = cudaFuncSetAttribute(cluster_kernel<Source>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                            plan.bytes);
  if (status == cudaSuccess) {
    status = cudaFuncSetAttribute(cluster_kernel<Source>, cudaFuncAttributeNonPortableClusterSizeAllowed, 1);
  }
  cudaFuncAttributes attributes;
  if (status == cudaSuccess) status = cudaFuncGetAttributes(&attributes, cluster_kernel<Source>);
  if (status != cudaSuccess) return status;
  // Built for older devices alone, the kernel is empty.
  if (attributes.ptxVersion < 90) return cudaErrorInvalidConfiguration;
  cudaLaunchAttribute attribute;
  const cudaLaunchConfig_t config = configuration<Source>(plan, 1, nullptr, &attribute);
  int clusters = 0;
  status = cudaOccupancyMaxActiveClusters(&clusters, cluster_kernel<Source>, &config);
  *holds = status == cudaSuccess && clusters > 0;
  return status;
}

template <class Source>
cudaError_t launch(const Task<Source> &task, int users, cudaStream_t stream) {
  cudaLaunchAttribute attribute;
  const cudaLaunchConfig_t config = configuration<Source>(task.plan, users, stream, &attribute);
  return cudaLaunchKernelEx(&config, cluster_kernel<Source>, task);
}

int place(int *end, size_t bytes) {
  const int start = *end;
  *end += (static_cast<int>(bytes) + 127) / 128 * 128;
  return start;
}

}  // namespace

bool cluster_plan(const Shape &shape, RowsWork work, int ctas, int most_bytes, ClusterPlan *plan) {
  if (shape.hidden > kWidestHidden || shape.blocks > kMostBlocks) return false;
  const bool append = work == RowsWork::kAppend;
  const int r = append ? PageSource::kRows : LaneSource::kRows;
  const int row_bytes = shape.hidden * sizeof(bf16);
  plan->ctas = ctas;
  plan->projection_rows = (append ? 4 : 2) * shape.hidden / ctas;
  plan->projection_chunk = kSlotBytes / (shape.dim_padded * sizeof(bf16));
  plan->output_rows = shape.dim_padded / ctas;
  plan->output_chunk = kSlotBytes / row_bytes;
  plan->key_chunk = kSlotBytes / (2 * row_bytes);
  plan->quad_shift = 0;
  while (ctas << plan->quad_shift < shape.hidden / 4) plan->quad_shift++;
  plan->most_keys = (shape.max_events + ctas - 1) / ctas;
  int end = 0;
  plan->x = place(&end, sizeof(float) * r * shape.dim_padded);
  plan->uq = place(&end, sizeof(float) * r * 2 * shape.hidden);
  plan->fresh = place(&end, append ? sizeof(float) * r * 2 * shape.hidden : 0);
  plan->parts = place(&end, sizeof(float) * kWarps * r * kPartStride);
  plan->gather = place(&end, sizeof(float) * 4 * ctas * r << plan->quad_shift);
  plan->o = place(&end, sizeof(float) * r * shape.hidden);
  plan->stage = place(&end, sizeof(float) * r * std::max(plan->projection_rows, plan->output_rows));
  plan->biases = place(&end, sizeof(float) * r * (plan->most_keys + r));
  plan->output_bias = place(&end, sizeof(float) * plan->output_rows);
  plan->buckets = place(&end, r * (plan->most_keys + r));
  plan->barriers = place(&end, sizeof(uint64_t) * (kExchanges + 2 * kMostSlots));
  plan->ring = end;
  plan->ring_slots = std::min((most_bytes - end) / kSlotBytes, kMostSlots);
  plan->bytes = end + plan->ring_slots * kSlotBytes;
  return plan->ring_slots >= kLeastSlots;
}

cudaError_t cluster_prepare(const Shape &shape, RowsWork work, ClusterPlan *plan) {
  int device = 0, major = 0, most_bytes = 0;
  cudaError_t status = cudaGetDevice(&device);
  if (status == cudaSuccess) status = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
  if (status == cudaSuccess) {
    status = cudaDeviceGetAttribute(&most_bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device);
  }
  if (status != cudaSuccess) return status;
  if (major < 9) return cudaErrorInvalidConfiguration;
  // Appends are few and wait for each other's results: large clusters. Last rows come by the batch: small ones, so that more users run at once.
  for (int ctas = work == RowsWork::kAppend ? 16 : 4; ctas >= 4; ctas /= 2) {
    if (!cluster_plan(shape, work, ctas, most_bytes, plan)) continue;
    bool holds = false;
    status = work == RowsWork::kAppend ? allow<PageSource>(*plan, &holds) : allow<LaneSource>(*plan, &holds);
    if (status == cudaSuccess && holds) return cudaSuccess;
    cudaGetLastError();  // a refused size is no failure
  }
  return cudaErrorInvalidConfiguration;
}

cudaError_t cluster_launch(const LastRowsArgs &args, cudaStream_t stream) {
  Task<LaneSource> task{source_of(args), args.shape, args.plan.cluster, 1, 1.f / args.shape.dim,
                        1.f / (args.shape.heads * args.shape.value_dim), args.embeddings, {args.weights}};
  return launch(task, args.most_users, stream);
}

cudaError_t cluster_launch(const AppendArgs &args, cudaStream_t stream) {
  Task<PageSource> task{source_of(args), args.shape, args.plan.cluster, args.shape.blocks,
                        1.f / args.shape.dim, 1.f / (args.shape.heads * args.shape.value_dim), args.embeddings, {}};
  std::copy(args.weights, args.weights + args.shape.blocks, task.weights);
  return launch(task, args.users, stream);
}

}  // namespace hstu
