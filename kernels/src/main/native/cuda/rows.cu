#include "rows.cuh"

#include "rows_cluster.cuh"
#include "rows_plain.cuh"

namespace hstu {

cudaError_t rows_plan(const Shape &shape, RowsWork work, RowsPath path, RowsPlan *plan) {
  *plan = RowsPlan{path, {}, 0};
  if (path == RowsPath::kCluster) return cluster_prepare(shape, work, &plan->cluster);
  plan->workspace_bytes = plain_workspace_bytes(shape, work);
  return cudaSuccess;
}

cudaError_t rows_plan(const Shape &shape, RowsWork work, RowsPlan *plan) {
  const cudaError_t status = rows_plan(shape, work, RowsPath::kCluster, plan);
  return status == cudaErrorInvalidConfiguration ? rows_plan(shape, work, RowsPath::kPlain, plan) : status;
}

cudaError_t last_rows(const LastRowsArgs &args, cudaStream_t stream) {
  return args.plan.path == RowsPath::kCluster ? cluster_launch(args, stream) : plain_launch(args, stream);
}

cudaError_t append(const AppendArgs &args, cudaStream_t stream) {
  return args.plan.path == RowsPath::kCluster ? cluster_launch(args, stream) : plain_launch(args, stream);
}

double append_products(const Shape &shape, int length) {
  const double keys = length;
  const double hidden_q = static_cast<double>(shape.heads) * shape.query_dim;
  const double hidden_v = static_cast<double>(shape.heads) * shape.value_dim;
  const double row = 2 * shape.dim * (hidden_q + hidden_v) + keys * (hidden_q + hidden_v) + shape.dim * hidden_v;
  return 2 * row * shape.blocks;
}

double encode_products(const Shape &shape, int length) {
  const double keys = length;
  const double hidden_q = static_cast<double>(shape.heads) * shape.query_dim;
  const double hidden_v = static_cast<double>(shape.heads) * shape.value_dim;
  const double pairs = keys * (keys + 1) / 2;
  const double block = keys * (2 * shape.dim * (hidden_q + hidden_v) + shape.dim * hidden_v) +
                       pairs * (hidden_q + hidden_v);
  const double last = keys * shape.dim * (hidden_q + hidden_v) + shape.dim * (hidden_q + 2 * hidden_v) +
                      keys * (hidden_q + hidden_v);
  return block * (shape.blocks - 1) + last;
}

}  // namespace hstu
