// HSTU's pointwise attention over a jagged batch, forward (HSTU.md, "Forward" 2; paper section 3.2):
//   o_i = sum over j <= i of silu(q_i . k_j + pos[N-1+j-i] + time[bucket(t_{i+1} - t_j)]) / N * v_j, per head.
#pragma once

#include <cuda.h>

#include "layout.cuh"
#include "path.cuh"

namespace hstu {

// Time differences fall into bins by exponent and three bits of mantissa; a bin holds at most one step of the bucket
// function, since edges lie 1.35 times apart and bins 1.125 times.
constexpr int kTimeBins = 256;

// Distinct buckets, in order of time: some of the 129 don't occur, since neighbouring edges coincide at small integers.
constexpr int kTimeSteps = 132;

// A bin of time differences: below `edge` the halved bias `low`, from it on `high`; `step` is the step that `low`
// belongs to.
struct TimeBin {
  uint32_t edge;
  float low;
  float high;
  int step;
};

// What a block's bias is looked up from, laid out for bulk copies. Biases are halved, since silu(x) = h + h * tanh(h)
// with h = x / 2.
struct BiasTables {
  TimeBin bins[kTimeBins];
  uint32_t step_edge[kTimeSteps];  // smallest difference of the step
  float step_value[kTimeSteps];
  // Position biases follow, by distance d = j - i: even[d + origin] and odd[d + origin + 1], so that a pair of
  // neighbours starts at 8 bytes for either parity of the row.
};

// Entries in front of distance 0; 3 modulo 4, so that windows of query tiles start at 16 bytes.
inline __host__ __device__ int position_origin(int slots) { return (slots + 256) / 4 * 4 + 3; }
inline __host__ __device__ int position_entries(int slots) { return position_origin(slots) + 513; }
inline size_t bias_tables_bytes(int slots) {
  return sizeof(BiasTables) + 2 * sizeof(float) * static_cast<size_t>(position_entries(slots));
}

// Fills `tables` (host memory of bias_tables_bytes) for one block.
//   positions [2 * slots - 1], times [129], edges [128] ascending: edges[b-1] is the smallest difference of bucket b.
void bias_tables(void *tables, const float *positions, const float *times, const int64_t *edges, int slots);

// Rows of a query tile: 192 where there is work for the whole chip, since heads then share keys' tiles and biases; 128
// where there is less, so that more blocks have some. The bits of a row are the same with either.
//   tokens: of the batch, or of the class of batches that a graph serves.
int query_tile_rows(const Shape &shape, int tokens);

// First row of a user's last query tile. Tiles are counted back from there by `rows`, so that a user's cut one is its
// first, which has the fewest keys: its row0 may be -64 or -128, and rows before 0 are skipped.
inline int last_tile_row(int length, int rows) { return round_up(length, 64) - rows; }

// How far the blocks of a launch are with the work list. Every launch leaves them at 0; launches that may run at the
// same time have their own.
struct WorkCounters {
  int taken;
  int done;
};

struct AttentionArgs {
  Shape shape;
  BatchArrays batch;
  int tile_rows;           // of the work list, as query_tile_rows says
  int most_q_tiles;        // entries the work list may have: the grid's size, the true count is in the header
  const CUtensorMap *map;  // host memory; uvqk in boxes of 64 rows x min(W, 64) columns
  const bf16 *uvqk;        // [T][4 HW]
  bf16 *o;                 // [T][HW]
  const void *tables;      // device memory, this block's
  WorkCounters *counters;  // device memory, zeroed once
};

// Enqueues the attention of all rows of the batch. Rows of `o` past the batch stay as they are.
cudaError_t attention(const AttentionArgs &args, Path path, cudaStream_t stream);

cudaError_t attention_hopper(const AttentionArgs &args, cudaStream_t stream);
cudaError_t attention_ampere(const AttentionArgs &args, cudaStream_t stream);

// The plain form that the fast ones are held to: float32 sums in the order of j, exact exponentials, buckets by walking
// the edges.
//   tokens: of the batch, at most. positions, times, edges as for bias_tables, in device memory.
cudaError_t attention_reference(const AttentionArgs &args, int tokens, const float *positions, const float *times,
                                const int64_t *edges, float *o, cudaStream_t stream);

}  // namespace hstu
