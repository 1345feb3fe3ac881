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

// Width of heads that the Hopper path computes in pairs by tiles of 128 rows, their products in flight together.
constexpr int kPairedWidth = 64;

// Most events of a short user. Sweeps over the keys and values of many such users are bound by memory, so their tiles are
// listed for as many users at a time as the L2 cache holds (batch.h).
constexpr int kShortUser = 1024;

// The form of a batch's query tiles: the first of 192 rows, 128 rows for two heads and 128 rows for one whose longest unit is
// at most a multiprocessor's fair share of the batch, else the last. The wider the unit, the less its heads and rows read and
// look up again, but no order of work finishes before its longest unit has. Users that are all short have no use for 192
// rows. The bits of a row are the same with each.
//   offsets [users + 1], in host memory.
TileForm tile_form(const Shape &shape, const int *offsets, int users);

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
  TileForm form;           // of the work list; as tile_form says, though each that the path has is right
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
