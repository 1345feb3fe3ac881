// The gated input of the output product, u * layerNorm(attended), four rows a warp.
#pragma once

#include "output.cuh"
#include "projection_tile.cuh"

namespace hstu {

constexpr float kNormEpsilon = 1e-6f;

__device__ __forceinline__ float warp_sum(float value) {
#pragma unroll
  for (int step = 16; step > 0; step >>= 1) value += __shfl_xor_sync(0xffffffff, value, step);
  return value;
}

__device__ __forceinline__ void unpack(const uint4 &vector, float (&values)[8]) {
  const uint32_t words[4] = {vector.x, vector.y, vector.z, vector.w};
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    values[2 * i] = __uint_as_float(words[i] << 16);
    values[2 * i + 1] = __uint_as_float(words[i] & 0xffff0000u);
  }
}

// Where a warp gates: four rows at once, eight lanes a row, each with 8 columns of every 64.
struct GateLane {
  const bf16 *attended;  // [rows][hidden]
  const bf16 *uvqk;      // [rows][4 hidden]
  int hidden;
  int row;     // 0..3
  int vector;  // 0..7
  int vectors; // that the lane has in a row
  float inverse_count;
  float padding;  // columns that a lane group sees beyond the real ones

  // `seen`: columns that the eight lanes of a row go over, zeros past `hidden`.
  __device__ __forceinline__ GateLane(const bf16 *attended, const bf16 *uvqk, int hidden, int width, int value_dim, int seen,
                                      int lane)
      : attended(attended), uvqk(uvqk), hidden(hidden), row(lane >> 3), vector(lane & 7),
        vectors((hidden - (lane & 7) * 8 + 63) / 64), inverse_count(1.0f / (hidden / width * value_dim)),
        padding(static_cast<float>(seen - hidden / width * value_dim)) {}
};

constexpr int kGateRows = 4;

__device__ __forceinline__ float row_sum(float value) {
#pragma unroll
  for (int step = 4; step > 0; step >>= 1) value += __shfl_xor_sync(0xffffffff, value, step);
  return value;
}

// A lane's part of a row of o and u: 8 columns of each 64, `vectors` times.
template <int vectors>
struct GateRows {
  // Longer rows' u comes when it is needed: both at once would not fit the registers.
  static constexpr bool kLateGate = vectors > 8;
  uint4 attended[vectors];
  uint4 gate[kLateGate ? 1 : vectors];
  const bf16 *gate_row;
  int limit;

  __device__ __forceinline__ static uint4 fetch(const bf16 *lane_row, int v, int limit) {
    return v < limit ? __ldcs(reinterpret_cast<const uint4 *>(lane_row + v * 64)) : uint4{0, 0, 0, 0};
  }

  // Row `row` of both matrices, or zeros where it isn't `real`.
  __device__ __forceinline__ void load(const GateLane &at, int row, bool real) {
    const bf16 *attended_row = at.attended + static_cast<size_t>(row) * at.hidden + at.vector * 8;
    gate_row = at.uvqk + static_cast<size_t>(row) * 4 * at.hidden + at.vector * 8;
    limit = real ? at.vectors : 0;
#pragma unroll
    for (int v = 0; v < vectors; ++v) attended[v] = fetch(attended_row, v, limit);
    if constexpr (!kLateGate)
#pragma unroll
      for (int v = 0; v < vectors; ++v) gate[v] = fetch(gate_row, v, limit);
  }

  // Between passes: the compiler must unpack again, for the unpacked values would not fit the registers.
  __device__ __forceinline__ void keep_packed() {
#pragma unroll
    for (int v = 0; v < vectors; ++v)
      asm volatile("" : "+r"(attended[v].x), "+r"(attended[v].y), "+r"(attended[v].z), "+r"(attended[v].w));
  }

  // Replaces `attended` by u * (o - mean) * rstd in bf16; padding columns don't count towards mean and variance.
  __device__ __forceinline__ void apply(const GateLane &at) {
    float sum = 0;
#pragma unroll
    for (int v = 0; v < vectors; ++v) {
      float o[8];
      unpack(attended[v], o);  // padding columns are zeros and don't change the sum
      sum += ((o[0] + o[1]) + (o[2] + o[3])) + ((o[4] + o[5]) + (o[6] + o[7]));
    }
    const float mean = row_sum(sum) * at.inverse_count;
    keep_packed();
    float squares = 0;
#pragma unroll
    for (int v = 0; v < vectors; ++v) {
      float o[8];
      unpack(attended[v], o);
#pragma unroll
      for (int i = 0; i < 8; ++i) o[i] -= mean;
      float even = o[0] * o[0], odd = o[1] * o[1];
#pragma unroll
      for (int i = 2; i < 8; i += 2) {
        even = fmaf(o[i], o[i], even);
        odd = fmaf(o[i + 1], o[i + 1], odd);
      }
      squares += even + odd;
    }
    keep_packed();
    // The zeros of padding columns each added mean^2.
    const float real_squares = fmaxf(fmaf(-mean * mean, at.padding, row_sum(squares)), 0.0f);
    const float rstd = rsqrtf(fmaf(real_squares, at.inverse_count, kNormEpsilon));
#pragma unroll
    for (int v = 0; v < vectors; ++v) {
      float o[8], u[8];
      unpack(attended[v], o);
      if constexpr (kLateGate) {
        if (v % 4 == 0) asm volatile("" ::: "memory");  // four loads at once, not all
        unpack(fetch(gate_row, v, limit), u);
      } else {
        unpack(gate[v], u);
      }
#pragma unroll
      for (int i = 0; i < 8; ++i) u[i] = (u[i] * rstd) * (o[i] - mean);
      attended[v] = uint4{pack(u[0], u[1]), pack(u[2], u[3]), pack(u[4], u[5]), pack(u[6], u[7])};
    }
  }
};

}  // namespace hstu
