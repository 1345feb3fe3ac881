// The cluster form of last_rows and append: one launch, one cluster of blocks a user, every block of the model inside.
//
// The work is a chain of small matrix-vector products, so what counts is latency: each block of the cluster ("CTA") streams its share of the weights and
// of the kept rows through a ring of shared memory, filled by the bulk copy engine well ahead of need (neither depends on what is computed here), and the
// CTAs pass small vectors to each other by asynchronous remote stores, four times a block of the model:
//   1. products:  each CTA computes a slice of u | v | q | k of the rows; u and q go to all, v and k of fresh rows to the last CTA;
//   2. attention: each CTA attends to its range of kept rows (the last one also to the fresh rows) and hands each peer the peer's columns of its sums;
//   3. each CTA adds up its columns, in the order of ranks, and gives them to all;
//   4. output:    each CTA computes a slice of the residual stream and gives it to all.
// Layer norms are computed by every warp for itself. All sums are float32 in a fixed order.
//
// Buffers need no second copy: whoever writes an exchange's buffer again has seen every CTA's part of a later exchange, which a CTA sends only after a
// barrier that follows its last read.
#pragma once

#include "rows.cuh"

namespace hstu {

bool cluster_plan(const Shape &shape, RowsWork work, int ctas, int most_bytes, ClusterPlan *plan);
cudaError_t cluster_prepare(const Shape &shape, RowsWork work, ClusterPlan *plan);
cudaError_t cluster_launch(const LastRowsArgs &args, cudaStream_t stream);
cudaError_t cluster_launch(const AppendArgs &args, cudaStream_t stream);

}  // namespace hstu
