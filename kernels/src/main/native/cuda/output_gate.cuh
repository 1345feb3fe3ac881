// The gated input of the output product, u * layerNorm(attended), a warp a row.
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

// Which of a lane's eight columns from `column` on are real: heads are `width` wide, the first `real` of them used.
__device__ __forceinline__ uint32_t real_columns(int column, int hidden, int width, int real) {
  uint32_t mask = 0;
#pragma unroll
  for (int i = 0; i < 8; ++i)
    if (column + i < hidden && ((column + i) & (width - 1)) < real) mask |= 1u << i;
  return mask;
}

// Rows of o and u as a warp holds them: lane l has vectors l, l + 32, .. of 8 columns.
template <int vectors>
struct GateRow {
  uint4 attended[vectors];
  uint4 gate[vectors];

  __device__ __forceinline__ void load(const bf16 *attended_row, const bf16 *gate_row, int hidden, int lane, bool real) {
#pragma unroll
    for (int v = 0; v < vectors; ++v) {
      const int column = (v * 32 + lane) * 8;
      const bool inside = real && column < hidden;
      attended[v] = inside ? __ldcs(reinterpret_cast<const uint4 *>(attended_row + column)) : uint4{0, 0, 0, 0};
      gate[v] = inside ? __ldcs(reinterpret_cast<const uint4 *>(gate_row + column)) : uint4{0, 0, 0, 0};
    }
  }

  // Replaces `gate` by u * (o - mean) * rstd in bf16; `masks` say which columns count towards mean and variance.
  __device__ __forceinline__ void apply(const uint32_t (&masks)[vectors], float inverse_count) {
    float sum = 0;
#pragma unroll
    for (int v = 0; v < vectors; ++v) {
      float o[8];
      unpack(attended[v], o);  // padding columns are zeros and don't change the sum
#pragma unroll
      for (int i = 0; i < 8; ++i) sum += o[i];
    }
    const float mean = warp_sum(sum) * inverse_count;
    float squares = 0;
#pragma unroll
    for (int v = 0; v < vectors; ++v) {
      float o[8];
      unpack(attended[v], o);
#pragma unroll
      for (int i = 0; i < 8; ++i) {
        const float d = masks[v] >> i & 1 ? o[i] - mean : 0.0f;
        squares = fmaf(d, d, squares);
      }
    }
    const float rstd = rsqrtf(fmaf(warp_sum(squares), inverse_count, kNormEpsilon));
#pragma unroll
    for (int v = 0; v < vectors; ++v) {
      float o[8], u[8];
      unpack(attended[v], o);
      unpack(gate[v], u);
#pragma unroll
      for (int i = 0; i < 8; ++i) u[i] *= (o[i] - mean) * rstd;
      gate[v] = uint4{pack(u[0], u[1]), pack(u[2], u[3]), pack(u[4], u[5]), pack(u[6], u[7])};
    }
  }
};

}  // namespace hstu
