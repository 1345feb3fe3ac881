// The second product of a block with its residual, and the norm that the next block starts with: HSTU.md "Forward" step 2.
#pragma once

#include "layout.cuh"
#include "path.cuh"

namespace hstu {

struct OutputArgs {
  Shape shape;
  const BatchHeader *header;  // device; rows 0 .. header->tokens - 1 are computed, later rows neither used nor written
  int rows;                   // rows that the buffers hold; the grid is sized for them
  const bf16 *uvqk;           // [rows][4 HW]: its u columns
  const bf16 *attended;       // [rows][HW], attention's sums before their norm
  const bf16 *weights;        // [Dp][HW], one block's Wo
  const float *bias;          // [Dp], one block's bo
  float *x;                   // [rows][Dp], read and written
  bf16 *xn;                   // [rows][Dp], layerNorm of the new x; null: not wanted
};

// x += (u * layerNorm(attended)) * Wo^T + bo, then xn = layerNorm(x). Products of bf16, sums and residual float32. A row's bits depend on
// that row alone. Returns cudaErrorInvalidValue where rows of o
// are too long to gate on chip (HW > 1024).
cudaError_t output(const OutputArgs &args, Path path, cudaStream_t stream);

cudaError_t output_hopper(const OutputArgs &args, cudaStream_t stream);
cudaError_t output_ampere(const OutputArgs &args, cudaStream_t stream);

// One thread a value, float32 sums; the gated input is rounded to bf16 as the fast kernels round it.
cudaError_t output_reference(const OutputArgs &args, cudaStream_t stream);

// xn = layerNorm(x) alone, a warp a row: for rows too long for one block of the output product, and on the older path.
cudaError_t normalize_rows(const OutputArgs &args, cudaStream_t stream);

}  // namespace hstu
