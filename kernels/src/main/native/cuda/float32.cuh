// The forward pass in float32, in the order of HSTU.md and with the public checkpoint's own layouts: what the fast kernels are
// held equal to on the device, and the engine's float32 mode. Any widths.
#pragma once

#include "layout.cuh"
#include "memory.h"
#include "model.h"

namespace hstu {

// What one forward pass keeps, for up to so many tokens and users; rows of the real widths, without padding.
struct Float32Workspace {
  DeviceBuffer<float> stream;    // x [T][D]
  DeviceBuffer<float> normed;    // layerNorm(x) [T][D]
  DeviceBuffer<float> uvqk;      // [T][2*h*dv + 2*h*dqk]
  DeviceBuffer<float> attended;  // o, then u * layerNorm(o) [T][h*dv]

  Float32Workspace() = default;
  Float32Workspace(const Shape &shape, int tokens);
};

// Which rows of a block are computed; keys and values are always computed for all.
enum class Rows { kAll, kLastOfEachUser };

// Step 1: x = E[id] * sqrt(D) + P[i].
void float32_embed(const Model &model, const Float32Workspace &work, const BatchArrays &batch, int users, int tokens,
                   cudaStream_t stream);

// Step 2: one block, in place on x.
void float32_block(const Model &model, int block, Rows rows, const Float32Workspace &work, const BatchArrays &batch,
                   int users, int tokens, cudaStream_t stream);

// Step 3: target[r] = y / max(|y|, 1e-6) for all rows (offsets null) or each user's last row.
void normalise_rows(const float *rows, int stride, int columns, const int *offsets, int count, float *target,
                    cudaStream_t stream);

}  // namespace hstu
