// Shapes and device layouts that all kernels of the CUDA engine share. HSTU.md names the symbols.
#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <cstdint>

namespace hstu {

using bf16 = __nv_bfloat16;

// Fewest rows of a query tile in the attention's work list.
constexpr int kTileRows = 128;
// Users' times start at multiples of this in `BatchArrays::times`, so that bulk copies find them aligned to 16 bytes.
constexpr int kTimeAlignment = 64;
// Entries past the last user's times that whole tiles read along, whatever they hold.
constexpr int kTimeSlack = 256;
// Widest head of the half-precision kernels; float32 takes any.
constexpr int kMaxHeadWidth = 128;

// One model, padded so that every row starts at a multiple of 16 bytes: an odd row would break the copy engine's
// strides.
struct Shape {
  int items;        // V
  int max_events;   // Nmax
  int slots;        // N
  int dim;          // D
  int heads;        // h
  int query_dim;    // dqk
  int value_dim;    // dv
  int blocks;       // b
  int dim_padded;   // Dp: D up to a multiple of 64
  int width;        // W: max(dqk, dv) up to 32, 64 or 128
  int hidden;       // HW = h * W

  // Columns of the padded projection u | v | q | k.
  __host__ __device__ int projection() const { return 4 * hidden; }
  __host__ __device__ int u_column(int head) const { return head * width; }
  __host__ __device__ int v_column(int head) const { return hidden + head * width; }
  __host__ __device__ int q_column(int head) const { return 2 * hidden + head * width; }
  __host__ __device__ int k_column(int head) const { return 3 * hidden + head * width; }
};

inline int round_up(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }

// Counts of the batch in device memory, so that one CUDA graph serves every batch of its size class.
struct BatchHeader {
  int users;
  int tokens;
  int q_tiles;
  int sorted;  // 1: every user's times ascend
};

// How the attention cuts a batch into units of work: `rows` query rows of a user, for `heads` neighbouring heads that share
// the bias.
struct TileForm {
  int rows;
  int heads;
};

// An entry of the attention's work list. It holds all that a block needs to begin, so that one load finds it.
struct alignas(16) QTile {
  int token0;  // first token of the user
  int length;  // tokens of the user
  int row0;    // first row within the user, a multiple of 64; -64 or -128 where a user's first tile is cut
  int time0;   // first entry of the user in `BatchArrays::times`
};

// A jagged batch in device memory, written by the host before each call.
struct BatchArrays {
  const BatchHeader *header;
  const int *offsets;       // [users + 1] first token of each user
  const int *time_offsets;  // [users] first entry of each user in `times`, a multiple of kTimeAlignment
  // seconds since the user's smallest time: times[time_offsets[u] + i], i = 0..L; entry L is the request time
  const int *times;
  const int *items;         // [tokens] item rows 1..V
  const QTile *q_tiles;     // [header->q_tiles]
};

}  // namespace hstu
