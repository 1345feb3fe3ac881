// The bias and SiLU of one warp's 16 rows of a score tile, as they lie in a matrix product's accumulators.
//
// Adding the bias costs more instructions than the products do, so a tile takes the cheapest of three ways, which give the same bits:
// the time differences of far tiles fall into one bucket (a constant), or few (compare with each edge); only tiles near the diagonal look every pair up.
#pragma once

#include <type_traits>

#include "attention.cuh"

namespace hstu {

// Most edges within a tile that are cheaper to compare with than to look up.
constexpr int kMostEdges = 3;

__device__ __forceinline__ float tanh_approximate(float x) {
  float result;
  asm("tanh.approx.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
}

__device__ __forceinline__ int time_bin(uint32_t difference) {
  const int bits = __float_as_int(__uint2float_rz(difference));
  return max((bits >> 20) - (127 << 3), 0);
}

__device__ __forceinline__ int time_step(const BiasTables &tables, uint32_t difference) {
  const TimeBin bin = tables.bins[time_bin(difference)];
  return bin.step + (difference >= bin.edge ? 1 : 0);
}

// Where a thread stands in its warp's rows: accumulators 4g, 4g+1 are columns 8g + 2 * (lane % 4) and the next of row lane / 4; 4g+2, 4g+3 of the row 8
// below.
struct TileRows {
  int row;               // first of the thread's two rows, within the user
  int next_times[2];     // t_{i+1} of both
  int first_row;         // of the warp
  int earliest, latest;  // next times of the warp's first and last valid row; meaningful when sorted
  bool sorted;
};

// silu of score + bias, where `score` is unhalved and `bias` halved.
__device__ __forceinline__ float silu(float score, float bias) {
  const float half = fmaf(score, 0.5f, bias);
  return fmaf(half, tanh_approximate(half), half);
}

__device__ __forceinline__ uint32_t packed(float low, float high) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  return *reinterpret_cast<const uint32_t *>(&pair);
}

// All pairs in one bucket.
struct OneBucket {
  static constexpr bool kColumns = false;
  float value;
  __device__ __forceinline__ float operator()(int, int) const { return value; }
};

// Compares with each edge.
template <int edges>
struct FewBuckets {
  static constexpr bool kColumns = true;
  float value[edges + 1];
  int latest[2][edges];  // a column's time up to which the difference reaches the edge
  __device__ __forceinline__ FewBuckets(const BiasTables &tables, int step, const int (&next_times)[2]) {
#pragma unroll
    for (int e = 0; e <= edges; e++) value[e] = tables.step_value[step + e];
#pragma unroll
    for (int e = 0; e < edges; e++) {
      const int edge = static_cast<int>(min(tables.step_edge[step + e + 1], 0x7fffffffu));
      latest[0][e] = next_times[0] - edge;
      latest[1][e] = next_times[1] - edge;
    }
  }
  __device__ __forceinline__ float operator()(int time, int row) const {
    float result = value[0];
#pragma unroll
    for (int e = 0; e < edges; e++) result = time <= latest[row][e] ? value[e + 1] : result;
    return result;
  }
};

// Looks every pair up.
struct AnyBucket {
  static constexpr bool kColumns = true;
  const BiasTables &tables;
  const int (&next_times)[2];
  __device__ __forceinline__ float operator()(int time, int row) const {
    const uint32_t difference = abs(next_times[row] - time);
    const TimeBin bin = tables.bins[time_bin(difference)];
    return difference >= bin.edge ? bin.high : bin.low;
  }
};

// Turns the scores of 8 columns into weights, bf16 pairs in the order of the next product's A operand.
//   here, below: position biases of the thread's two columns for its first row and for the row 8 below.
//   ahead: column - row of the first element; above 0 it lies in the future.
template <bool causal, typename TimeOf>
__device__ __forceinline__ void weigh_group(const float *scores, uint32_t *weights, float2 here, float2 below,
                                            const int *columns, int lane, int ahead, const TimeOf &time_of) {
  const int2 times = TimeOf::kColumns ? reinterpret_cast<const int2 *>(columns)[lane % 4] : int2{0, 0};
  float a = silu(scores[0], here.x + time_of(times.x, 0));
  float b = silu(scores[1], here.y + time_of(times.y, 0));
  float c = silu(scores[2], below.x + time_of(times.x, 1));
  float d = silu(scores[3], below.y + time_of(times.y, 1));
  if (causal) {
    a = ahead > 0 ? 0.f : a;
    b = ahead + 1 > 0 ? 0.f : b;
    c = ahead - 8 > 0 ? 0.f : c;
    d = ahead - 7 > 0 ? 0.f : d;
  }
  weights[0] = packed(a, b);
  weights[1] = packed(c, d);
}

// Columns that take one way together; query rows come in warps of as many, so that the diagonal crosses whole chunks only.
constexpr int kChunk = 16;

// Steps of the bucket function that chunks of a tile span for the warp's rows.
struct Spans {
  int packed;    // in lanes 2c and 2c + 1: step of chunk c's nearest pair, and in the upper half the edges up to its farthest
  bool uniform;  // all pairs of the tile in one step, the same as this lane's
  __device__ __forceinline__ int of(int chunk) const { return __shfl_sync(0xffffffff, packed, 2 * chunk); }
};

template <int chunks>
__device__ __forceinline__ Spans spans_of(const BiasTables &tables, const TileRows &rows, const int *columns, int valid,
                                          int lane) {
  if (!rows.sorted) return {kChunk << 16, false};
  const bool farthest = (lane & 1) != 0;
  const int first = min(lane / 2 % chunks * kChunk, valid - 1);
  const int time = columns[farthest ? first : min(first + kChunk, valid) - 1];
  const int step = time_step(tables, max((farthest ? rows.latest : rows.earliest) - time, 0));
  const int other = __shfl_xor_sync(0xffffffff, step, 1);
  const int nearest = min(step, other);
  const bool uniform = __all_sync(0xffffffff, step == __shfl_sync(0xffffffff, step, 0));
  return {abs(step - other) << 16 | nearest, uniform};
}

// Turns scores [16 rows][8 * groups columns] of a warp into weights.
//   positions: the thread's pairs of position biases; entry 4 (g + 1) belongs to column group g of the first row and to group g + 1 of the second.
//   columns: times of the tile's columns, `valid` of them the user's own.
//   diagonal: first column of the thread - its first row; reach: last row of the warp - first column of the tile, 15 modulo 16.
template <int groups>
__device__ __forceinline__ void weigh_tile(const float (&scores)[groups * 4], uint32_t (&weights)[groups * 2],
                                           const BiasTables &tables, const TileRows &rows, const float2 *positions,
                                           const int *columns, int valid, int lane, int diagonal, int reach) {
  constexpr int chunks = groups * 8 / kChunk;
  const Spans spans = spans_of<chunks>(tables, rows, columns, valid, lane);
  float2 below = positions[0];
  if (spans.uniform && reach >= groups * 8 + 15) {
    const OneBucket bucket{tables.step_value[spans.packed]};
#pragma unroll
    for (int g = 0; g < groups; g++) {
      const float2 here = positions[(g + 1) * 4];
      weigh_group<false>(scores + 4 * g, weights + 2 * g, here, below, columns, lane, 0, bucket);
      below = here;
    }
    return;
  }
#pragma unroll
  for (int chunk = 0; chunk < chunks; chunk++) {
    const int own = spans.of(chunk);
    const int step = own & 0xffff;
    const int edges = kChunk * chunk + kChunk > reach ? kChunk : own >> 16;
    const float2 here = positions[(2 * chunk + 1) * 4];
    const float2 next = positions[(2 * chunk + 2) * 4];
    uint32_t *weight = weights + 4 * chunk;
    auto both = [&](auto causal, const auto &time_of) {
      const int *column = columns + kChunk * chunk;
      const float *score = scores + 8 * chunk;
      const int ahead = diagonal + kChunk * chunk;
      weigh_group<causal.value>(score, weight, here, below, column, lane, ahead, time_of);
      weigh_group<causal.value>(score + 4, weight + 2, next, here, column + 8, lane, ahead + 8, time_of);
    };
    if (kChunk * chunk > reach) {
      weight[0] = weight[1] = weight[2] = weight[3] = 0;
    } else if (edges == 0) {
      both(std::false_type{}, OneBucket{tables.step_value[step]});
    } else if (edges == 1) {
      both(std::false_type{}, FewBuckets<1>(tables, step, rows.next_times));
    } else if (edges <= 3) {
      both(std::false_type{}, FewBuckets<3>(tables, step, rows.next_times));
    } else {
      both(std::true_type{}, AnyBucket{tables, rows.next_times});
    }
    below = next;
  }
}

}  // namespace hstu
