// One or two rows a user instead of all of them (HSTU.md, "What follows from it"): the last row of the last block when serving, and an appended event
// over kept keys and values.
#pragma once

#include "layout.cuh"
#include "states.cuh"

namespace hstu {

constexpr int kMostBlocks = 64;

// One block's weights in device memory.
struct BlockWeights {
  const bf16 *projection;     // Wp [4 HW][Dp]
  const bf16 *output;         // Wo [Dp][HW]
  const float *output_bias;   // bo [Dp]
  const float *position;      // pos [2N-1]
  const float *time;          // time [129]
};

// kCluster: one thread-block cluster a user computes everything in one launch (compute capability 9.0). kPlain: a launch a step, for every capability and shape.
enum class RowsPath { kCluster, kPlain };

// How a cluster divides a model's rows and lays out its shared memory; see rows_cluster.cu. Offsets are in bytes.
struct ClusterPlan {
  int ctas;
  int ring_slots;
  int projection_rows, projection_chunk;  // rows of Wp a CTA computes, and of them in a ring slot
  int output_rows, output_chunk;          // rows of Wo likewise
  int key_chunk;                          // kept rows in a slot
  int quad_shift;                         // a CTA adds up 4 << quad_shift columns of o
  int most_keys;                          // kept rows of a CTA
  int x, uq, fresh, parts, gather, o, stage, biases, output_bias, buckets, barriers, ring;
  int bytes;
};

// Settled once for a model and device: it is part of what makes a user's bits the same in every batch.
struct RowsPlan {
  RowsPath path;
  ClusterPlan cluster;
  size_t workspace_bytes;  // a user; 0 for clusters
};

// Bounds of a plan's workload: last_rows reads keys from the lane, append from pages and computes fresh ones.
enum class RowsWork { kLastRow, kAppend };

// The fastest plan that holds the shape on the current device.
cudaError_t rows_plan(const Shape &shape, RowsWork work, RowsPlan *plan);
// The plan of one path; cudaErrorInvalidConfiguration where the device or its shared memory can't do it.
cudaError_t rows_plan(const Shape &shape, RowsWork work, RowsPath path, RowsPlan *plan);

struct LastRowsArgs {
  Shape shape;
  RowsPlan plan;
  BatchArrays batch;
  int most_users;         // the grid's size; the true count is in the header
  const float *x;         // [T][Dp] what enters the last block
  const bf16 *uvqk;       // [T][4 HW] of the last block, v and k columns; u and q are computed here
  BlockWeights weights;   // the last block's
  void *workspace;        // most_users * plan.workspace_bytes
  float *embeddings;      // [users][D], unit length
};

// The last block for the last row of each user: attention over all its keys, output product, L2 norm.
cudaError_t last_rows(const LastRowsArgs &args, cudaStream_t stream);
cudaError_t last_rows_reference(const LastRowsArgs &args, cudaStream_t stream);

// A user whose state is kept.
struct AppendUser {
  int length;            // L, with the appended event
  int rows;              // 2: an event came; 1: only the request time moved, or L is 1
  int items[2];          // item rows of events L-2 and L-1; rows 1: the second
  int times[2];          // of events L-2 and L-1, as the pages have them
  int request_time;      // likewise
  int first_page;        // where its page numbers begin in page_table
};

struct AppendArgs {
  Shape shape;
  RowsPlan plan;
  StatePages pages;
  int users;
  const AppendUser *appended;   // [users]
  const int *page_table;
  const bf16 *items;            // E [V+1][Dp]
  const float *positions;       // P [N][Dp]
  const BlockWeights *weights;  // host memory, [b]
  void *workspace;              // users * plan.workspace_bytes
  float *embeddings;            // [users][D], unit length
};

// Recomputes the last `rows` rows of each user in every block over the kept rows before them, and writes their keys, values and times to the user's
// pages. Row L-2 is final from then on (its next event is known); row L-1 holds until the next event or request time.
cudaError_t append(const AppendArgs &args, cudaStream_t stream);
cudaError_t append_reference(const AppendArgs &args, cudaStream_t stream);

// Multiplications of an append (two rows) and of a serving encode that keeps nothing, for `length` events.
double append_products(const Shape &shape, int length);
double encode_products(const Shape &shape, int length);

}  // namespace hstu
