// The first product of a block: uvqk = silu(xn * Wp^T), HSTU.md "Forward" step 2.
#pragma once

#include "layout.cuh"
#include "path.cuh"

namespace hstu {

// Columns [start, start + count) of the projection; both multiples of 32.
struct ColumnRange {
  int start;
  int count;
};

struct ProjectArgs {
  Shape shape;
  const BatchHeader *header;  // device; rows 0 .. header->tokens - 1 are computed, later rows neither used nor written
  int rows;                   // rows that the buffers hold; the grid is sized for them
  const bf16 *xn;             // [rows][Dp]
  const bf16 *weights;        // [4 HW][Dp], one block's Wp
  bf16 *uvqk;                 // [rows][4 HW]
  // Which columns are needed: all by default; the last block when serving needs v and k alone. Neighbours of a range may be
  // written too, with their right values.
  ColumnRange ranges[2];
  int range_count;  // 0: all columns
};

// Multiplies bf16, sums float32, rounds once. A row's bits depend on that row alone: not on the count of rows, nor on the tiles chosen for it.
// Dp > 1024 goes the older way on every card.
cudaError_t project(const ProjectArgs &args, Path path, cudaStream_t stream);

cudaError_t project_hopper(const ProjectArgs &args, cudaStream_t stream);
cudaError_t project_ampere(const ProjectArgs &args, cudaStream_t stream);

// One thread a value, float32 sums, accurate SiLU.
cudaError_t project_reference(const ProjectArgs &args, cudaStream_t stream);

}  // namespace hstu
