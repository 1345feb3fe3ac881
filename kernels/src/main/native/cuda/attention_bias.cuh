// The bias and SiLU of one warp's 16 rows of a score tile, as they lie in a matrix product's accumulators.
//
// Finding the bias costs more instructions than the products do, so it is found once for all heads that a block has,
// and in the cheapest of three ways, which give the same bits: the time differences of far tiles fall into one bucket
// (a constant), or few (compare with each edge); only pairs near the diagonal are looked up one by one.
#pragma once

#include <type_traits>

#include "attention.cuh"

namespace hstu {

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

// Where a thread stands in its warp's rows: accumulators 4g, 4g+1 are columns 8g + 2 * (lane % 4) and the next of row
// lane / 4; 4g+2, 4g+3 of the row 8 below.
struct TileRows {
  int first_row;      // of the warp, within the user
  int next_times[2];  // t_{i+1} of the thread's two rows
  // next time of the warp's first valid row in even lanes, of its last in odd ones; meaningful when sorted
  int end_time;
  bool sorted;

  // times[i] is that of the user's event i, times[length] the request's.
  __device__ __forceinline__ TileRows(int first, const int *times, int length, bool ascending)
      : first_row(first), sorted(ascending) {
    const int lane = threadIdx.x % 32;
    const int own = row();
    next_times[0] = times[min(own, length - 1) + 1];
    next_times[1] = times[min(own + 8, length - 1) + 1];
    end_time = times[min((lane & 1) != 0 ? first + 15 : first, length - 1) + 1];
  }

  // The thread's first row.
  __device__ __forceinline__ int row() const { return first_row + threadIdx.x % 32 / 4; }
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

// A halved bias that makes a weight exactly 0: with h this low tanh(h) is -1 and h + h * tanh(h) vanishes.
constexpr float kFuture = -1e30f;

// Halved biases of 8 columns.
//   here, below: position biases of the thread's two columns for its first row and for the row 8 below.
//   ahead: column - row of the first element; above 0 it lies in the future.
template <bool causal, typename TimeOf>
__device__ __forceinline__ void bias_group(float *bias, float2 here, float2 below, const int *columns, int lane, int ahead,
                                           const TimeOf &time_of) {
  const int2 times = TimeOf::kColumns ? reinterpret_cast<const int2 *>(columns)[lane % 4] : int2{0, 0};
  bias[0] = here.x + time_of(times.x, 0);
  bias[1] = here.y + time_of(times.y, 0);
  bias[2] = below.x + time_of(times.x, 1);
  bias[3] = below.y + time_of(times.y, 1);
  if (causal) {
    bias[0] = ahead > 0 ? kFuture : bias[0];
    bias[1] = ahead + 1 > 0 ? kFuture : bias[1];
    bias[2] = ahead - 8 > 0 ? kFuture : bias[2];
    bias[3] = ahead - 7 > 0 ? kFuture : bias[3];
  }
}

// Columns that take one way together; query rows come in warps of as many, so that the diagonal crosses whole chunks
// only.
constexpr int kChunk = 16;

// Steps of the bucket function that chunks of a tile span for the warp's rows, found by the warp itself.
struct Spans {
  // in lanes 2c and 2c + 1: step of chunk c's nearest pair, and in the upper half the edges up to its farthest
  int packed;
  bool uniform;  // all pairs of the tile in one step, the same as this lane's
  __device__ __forceinline__ int of(int chunk) const { return __shfl_sync(0xffffffff, packed, 2 * chunk); }
  __device__ __forceinline__ int step() const { return packed; }
};

template <int chunks>
__device__ __forceinline__ Spans spans_of(const BiasTables &tables, const TileRows &rows, const int *columns, int valid,
                                          int lane) {
  if (!rows.sorted) return {kChunk << 16, false};
  const bool farthest = (lane & 1) != 0;
  const int first = min(lane / 2 % chunks * kChunk, valid - 1);
  const int time = columns[farthest ? first : min(first + kChunk, valid) - 1];
  const int step = time_step(tables, max(rows.end_time - time, 0));
  const int other = __shfl_xor_sync(0xffffffff, step, 1);
  const int nearest = min(step, other);
  const bool uniform = __all_sync(0xffffffff, step == __shfl_sync(0xffffffff, step, 0));
  return {abs(step - other) << 16 | nearest, uniform};
}

// The same, found ahead by another warp: one value of `span_of` a chunk.
template <int chunks>
struct MeasuredSpans {
  uint32_t packed[chunks];
  bool uniform = true;

  __device__ __forceinline__ explicit MeasuredSpans(const uint32_t (&spans)[chunks]) {
#pragma unroll
    for (int chunk = 0; chunk < chunks; chunk++) {
      packed[chunk] = spans[chunk];
      uniform &= packed[chunk] == packed[0];
    }
    uniform &= packed[0] <= 0xffff;
  }
  __device__ __forceinline__ int of(int chunk) const { return packed[chunk]; }
  __device__ __forceinline__ int step() const { return packed[0]; }
};

// What `Spans` holds of one chunk, for the 16 rows from `first_row` on. Where times don't ascend, so many edges that all are
// looked up.
//   times: as for TileRows; column_times: of the tile, `valid` of them the user's own.
__device__ __forceinline__ uint32_t span_of(const BiasTables &tables, int first_row, const int *times, int length,
                                            bool sorted, int chunk, const int *column_times, int valid) {
  if (!sorted) return kChunk << 16;
  const int earliest = times[max(min(first_row, length - 1), 0) + 1];
  const int latest = times[max(min(first_row + 15, length - 1), 0) + 1];
  const int first = min(chunk * kChunk, valid - 1);
  const int last = min(first + kChunk, valid) - 1;
  const int nearest = time_step(tables, max(earliest - column_times[last], 0));
  const int farthest = time_step(tables, max(latest - column_times[first], 0));
  return static_cast<uint32_t>(farthest - nearest) << 16 | nearest;
}

// Halved biases of a warp's tile [16 rows][8 * groups columns], the same for all heads.
//   positions: the thread's pairs of position biases; entry 4 (g + 1) belongs to column group g of the first row and to
// group g + 1 of the second.
//   spans: Spans or MeasuredSpans of the tile; columns: times of its columns.
//   diagonal: first column of the thread - its first row; reach: last row of the warp - first column of the tile, 15
// modulo 16.
template <int groups, typename TileSpans>
__device__ __forceinline__ void bias_tile(float (&bias)[groups * 4], const BiasTables &tables, const TileRows &rows,
                                          const float2 *positions, const TileSpans &spans, const int *columns, int lane,
                                          int diagonal, int reach) {
  constexpr int chunks = groups * 8 / kChunk;
  float2 below = positions[0];
  if (spans.uniform && reach >= groups * 8 + 15) {
    const OneBucket bucket{tables.step_value[spans.step()]};
#pragma unroll
    for (int g = 0; g < groups; g++) {
      const float2 here = positions[(g + 1) * 4];
      bias_group<false>(bias + 4 * g, here, below, columns, lane, 0, bucket);
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
    auto both = [&](auto causal, const auto &time_of) {
      const int *column = columns + kChunk * chunk;
      const int ahead = diagonal + kChunk * chunk;
      bias_group<causal.value>(bias + 8 * chunk, here, below, column, lane, ahead, time_of);
      bias_group<causal.value>(bias + 8 * chunk + 4, next, here, column + 8, lane, ahead + 8, time_of);
    };
    if (kChunk * chunk > reach) {
#pragma unroll
      for (int i = 0; i < 8; i++) bias[8 * chunk + i] = kFuture;
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

// Turns scores into weights, bf16 pairs in the order of the next product's A operand.
template <int groups>
__device__ __forceinline__ void weigh(const float (&scores)[groups * 4], const float (&bias)[groups * 4],
                                      uint32_t (&weights)[groups * 2]) {
#pragma unroll
  for (int i = 0; i < groups * 2; i++) {
    weights[i] = packed(silu(scores[2 * i], bias[2 * i]), silu(scores[2 * i + 1], bias[2 * i + 1]));
  }
}

}  // namespace hstu
