// The model's input: HSTU.md "Forward" step 1, and the norm that block 0 starts with.
#pragma once

#include "layout.cuh"

namespace hstu {

struct EmbedArgs {
  Shape shape;
  const BatchHeader *header;  // device; users and tokens of the batch
  int rows;                   // rows that the buffers hold; the grid is sized for them
  const int *offsets;         // [users + 1] first token of each user
  const int *items;           // [tokens] 1..V
  const bf16 *table;          // [V + 1][Dp], E
  const float *positions;     // [N][Dp], P
  float *x;                   // [rows][Dp]
  bf16 *xn;                   // [rows][Dp]
};

// x = E[item] * sqrt(D) + P[i], i counted from the user's oldest kept event; xn = layerNorm(x). Padding columns become 0.
// Returns cudaErrorInvalidValue for Dp > 2048.
cudaError_t embed(const EmbedArgs &args, cudaStream_t stream);

// One thread a row, user found by walking the offsets.
cudaError_t embed_reference(const EmbedArgs &args, cudaStream_t stream);

}  // namespace hstu
