// One forward pass in some precision: what a lane calls, and what float32.cu and bfloat16.cu implement. An object owns the
// workspace of one lane; everything is enqueued on the lane's stream and nothing is allocated by a call.
#pragma once

#include <memory>

#include "batch.h"
#include "model.h"
#include "states.cuh"

namespace hstu {

class ForwardPass {
 public:
  virtual ~ForwardPass() = default;

  // Step 1, the input of block 0. `grid` is what launches are sized for, at least the batch's own counts.
  virtual void embed(const BatchArrays &batch, const BatchCapacity &grid, cudaStream_t stream) = 0;

  // Step 2 for all rows: one block, in place on the residual stream. `form` is that of the batch's query tiles.
  virtual void block(int index, const BatchArrays &batch, const BatchCapacity &grid, const TileForm &form,
                     cudaStream_t stream) = 0;

  // Steps 2 and 3 for the last block and each user's last row alone: float32 [users][D] of unit length.
  virtual void last_block(const BatchArrays &batch, const BatchCapacity &grid, float *embeddings, cudaStream_t stream) = 0;

  // The residual stream, float32 rows of `residual_stride` values.
  virtual const float *residual() const = 0;
  virtual int residual_stride() const = 0;

  // Keeps the keys and values that the last call of `block` or `last_block` computed for all rows. Half precision alone.
  virtual void keep(int index, const KeptPages &kept, const BatchArrays &batch, const BatchCapacity &grid,
                    cudaStream_t stream) {
    refuse(HSTU_INVALID, "block %d of a float32 model keeps no states", index);
    static_cast<void>(kept), static_cast<void>(batch), static_cast<void>(grid), static_cast<void>(stream);
  }

  // Whether launches may be sized for more than the batch, so that a recorded graph serves a class of sizes.
  virtual bool recordable() const = 0;
};

std::unique_ptr<ForwardPass> float32_pass(const Model &model, const BatchCapacity &capacity);
std::unique_ptr<ForwardPass> bfloat16_pass(const Model &model, const BatchCapacity &capacity);

// target[r] = y / max(|y|, 1e-6): every row at unit length, or with `offsets` each user's last.
void normalise_rows(const float *rows, int stride, int columns, const int *offsets, int count, float *target,
                    cudaStream_t stream);

}  // namespace hstu
