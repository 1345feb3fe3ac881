#include "rows_plain.cuh"

#include "rows_sources.cuh"

namespace hstu {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = 32 * kWarps;
// Keys of one block of the attention. Constant, so that sums are split alike in every batch.
constexpr int kSplitKeys = 256;
// Columns of o that a block of the attention adds up; whole heads.
constexpr int kColumns = 256;

inline int splits(const Shape &shape) { return shape.max_events / kSplitKeys + 1; }

// What launches pass to each other, a user.
struct Workspace {
  char *base;
  size_t user_bytes;
  int rows;
  int dim, hidden, splits;

  __device__ float *at(int user) const { return reinterpret_cast<float *>(base + user * user_bytes); }
  __device__ float *x(int user) const { return at(user); }                              // [R][Dp]
  __device__ float *uvqk(int user) const { return x(user) + rows * dim; }               // [R][4 HW]
  __device__ float *gated(int user) const { return uvqk(user) + rows * 4 * hidden; }    // [R][HW]
  __device__ float *parts(int user) const { return gated(user) + rows * hidden; }       // [splits][R][HW]
};

Workspace workspace_of(const Shape &shape, RowsWork work, void *base) {
  const int rows = work == RowsWork::kAppend ? PageSource::kRows : LaneSource::kRows;
  return Workspace{static_cast<char *>(base), plain_workspace_bytes(shape, work), rows, shape.dim_padded, shape.hidden,
                   splits(shape)};
}

__device__ float warp_sum(float value) {
  for (int step = 16; step > 0; step /= 2) value += __shfl_xor_sync(~0u, value, step);
  return value;
}

__device__ float silu(float x) { return __fdividef(x, 1.f + __expf(-x)); }

struct Moments {
  float mean, scale;
};

// Of one row, by one warp.
template <class Real>
__device__ Moments moments(const float *row, int width, int count, Real real) {
  float sum = 0;
  for (int c = threadIdx.x % 32; c < width; c += 32) sum += real(c) ? row[c] : 0.f;
  const float mean = warp_sum(sum) / count;
  float squares = 0;
  for (int c = threadIdx.x % 32; c < width; c += 32) {
    const float value = real(c) ? row[c] - mean : 0.f;
    squares = fmaf(value, value, squares);
  }
  return Moments{mean, rsqrtf(warp_sum(squares) / count + kEpsilon)};
}

template <class Source>
__global__ void begin_kernel(Source source, Workspace work) {
  typename Source::Rows rows;
  if (!source.open(blockIdx.x, rows)) return;
  for (int i = threadIdx.x; i < Source::kRows * work.dim; i += blockDim.x) {
    work.x(rows.user)[i] = source.input(rows, i / work.dim, i % work.dim);
  }
  if (threadIdx.x == 0) source.store_times(rows);
}

// Four columns of the projection a warp, of all rows.
template <class Source>
__global__ void __launch_bounds__(kThreads) project_kernel(Source source, Workspace work, int block, const bf16 *projection) {
  typename Source::Rows rows;
  if (!source.open(blockIdx.y, rows)) return;
  const Shape &shape = source.shape;
  int column = 4 * (blockIdx.x * kWarps + threadIdx.x / 32);
  if (!Source::kFresh && column >= shape.hidden) column += shape.hidden;  // u and q alone
  if (column >= (Source::kFresh ? 4 : 3) * shape.hidden) return;
  const int section = column / shape.hidden;
  for (int r = 0; r < Source::kRows; r++) {
    const float *x = work.x(rows.user) + r * work.dim;
    const int dim = shape.dim;
    const Moments norm = moments(x, dim, dim, [](int) { return true; });
    float four[4];
    for (int n = 0; n < 4; n++) {
      const bf16 *weights = projection + static_cast<size_t>(column + n) * work.dim;
      float sum = 0;
      for (int c = threadIdx.x % 32; c < dim; c += 32) {
        sum = fmaf(__bfloat162float(weights[c]), (x[c] - norm.mean) * norm.scale, sum);
      }
      four[n] = silu(warp_sum(sum));
      if (section % 2 == 1) four[n] = __bfloat162float(__float2bfloat16(four[n]));
    }
    if (threadIdx.x % 32 == 0) {
      for (int n = 0; n < 4; n++) work.uvqk(rows.user)[r * 4 * work.hidden + column + n] = four[n];
      if (section % 2 == 1) source.store(rows, block, r, section == 3, column % shape.hidden, four);
    }
  }
}

// A block: kSplitKeys keys of a user, kColumns columns. Scores of a head first, then its columns of o.
template <class Source>
__global__ void __launch_bounds__(kThreads)
    attend_kernel(Source source, Workspace work, int block, BlockWeights weights) {
  constexpr int R = Source::kRows;
  __shared__ float scores[R][kColumns / 32][kSplitKeys];
  typename Source::Rows rows;
  if (!source.open(blockIdx.z, rows)) return;
  const int first = blockIdx.y * kSplitKeys;
  const int keys = min(rows.length - first, kSplitKeys);
  if (keys <= 0) return;
  const Shape &shape = source.shape;
  const float *uvqk = work.uvqk(rows.user);
  const int width = shape.width;
  const int first_column = blockIdx.x * kColumns;
  const int columns = min(kColumns, shape.hidden - first_column);
  const int heads = columns / width;
  for (int i = threadIdx.x; i < keys * heads; i += kThreads) {
    const int j = first + i / heads, head = i % heads;
    const int column = first_column + head * width;
    const bool fresh = j >= rows.old;
    const int from = R - (rows.length - j);
    const int time = fresh ? rows.time[max(from, 0)] : source.time(rows, j);
    for (int r = 0; r < R; r++) {
      float weight = 0;
      if (j <= rows.position[r]) {
        const float *q = uvqk + r * 4 * work.hidden + 2 * work.hidden + column;
        float score = 0;
        if (fresh) {
          const float *k = uvqk + (from * 4 + 3) * work.hidden + column;
          for (int c = 0; c < width; c++) score = fmaf(q[c], k[c], score);
        } else {
          const bf16 *k = source.keys(rows, block, j) + column;
          for (int c = 0; c < width; c++) score = fmaf(q[c], __bfloat162float(k[c]), score);
        }
        score += weights.position[shape.slots - 1 + j - rows.position[r]] +
                 weights.time[time_bucket(rows.next_time[r] - time)];
        weight = silu(score) / shape.slots;
      }
      scores[r][head][j - first] = weight;
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < R * columns; i += kThreads) {
    const int r = i / columns, column = i % columns;
    const float *row = scores[r][column / width];
    float sum = 0;
    for (int j = 0; j < keys; j++) {
      const int from = R - (rows.length - first - j);
      const float value =
          first + j >= rows.old
              ? uvqk[(from * 4 + 1) * work.hidden + first_column + column]
              : __bfloat162float(source.values(rows, block, first + j)[first_column + column]);
      sum = fmaf(row[j], value, sum);
    }
    work.parts(rows.user)[(blockIdx.y * R + r) * work.hidden + first_column + column] = sum;
  }
}

// One block a user: adds the splits up, in order, then u * layerNorm(o).
template <class Source>
__global__ void __launch_bounds__(kThreads) gate_kernel(Source source, Workspace work) {
  typename Source::Rows rows;
  if (!source.open(blockIdx.x, rows)) return;
  const Shape &shape = source.shape;
  const int parts = (rows.length + kSplitKeys - 1) / kSplitKeys;
  float *gated = work.gated(rows.user);
  for (int i = threadIdx.x; i < Source::kRows * work.hidden; i += kThreads) {
    float sum = 0;
    for (int part = 0; part < parts; part++) sum += work.parts(rows.user)[part * Source::kRows * work.hidden + i];
    gated[i] = sum;
  }
  __syncthreads();
  Moments norms[Source::kRows];
  for (int r = 0; r < Source::kRows; r++) {
    norms[r] = moments(gated + r * work.hidden, work.hidden, shape.heads * shape.value_dim,
                       [&](int c) { return real_value(shape, c); });
  }
  __syncthreads();
  for (int r = 0; r < Source::kRows; r++) {
    for (int c = threadIdx.x; c < work.hidden; c += kThreads) {
      const float u = work.uvqk(rows.user)[r * 4 * work.hidden + c];
      gated[r * work.hidden + c] = (gated[r * work.hidden + c] - norms[r].mean) * norms[r].scale * u;
    }
  }
}

// A column of the residual stream a warp, of all rows.
template <class Source>
__global__ void __launch_bounds__(kThreads) output_kernel(Source source, Workspace work, BlockWeights weights) {
  typename Source::Rows rows;
  if (!source.open(blockIdx.y, rows)) return;
  const int column = blockIdx.x * kWarps + threadIdx.x / 32;
  if (column >= source.shape.dim) return;
  const bf16 *row = weights.output + static_cast<size_t>(column) * work.hidden;
  for (int r = 0; r < Source::kRows; r++) {
    const float *gated = work.gated(rows.user) + r * work.hidden;
    float sum = 0;
    for (int c = threadIdx.x % 32; c < work.hidden; c += 32) sum = fmaf(__bfloat162float(row[c]), gated[c], sum);
    sum = warp_sum(sum);
    if (threadIdx.x % 32 == 0) work.x(rows.user)[r * work.dim + column] += sum + weights.output_bias[column];
  }
}

template <class Source>
__global__ void finish_kernel(Source source, Workspace work, float *embeddings) {
  typename Source::Rows rows;
  if (!source.open(blockIdx.x, rows)) return;
  const float *y = work.x(rows.user) + (Source::kRows - 1) * work.dim;
  const int dim = source.shape.dim;
  float squares = 0;
  for (int c = threadIdx.x % 32; c < dim; c += 32) squares = fmaf(y[c], y[c], squares);
  const float norm = fmaxf(sqrtf(warp_sum(squares)), kEpsilon);
  for (int c = threadIdx.x; c < dim; c += blockDim.x) {
    embeddings[static_cast<size_t>(rows.user) * dim + c] = y[c] / norm;
  }
}

int blocks_for(int count, int each) { return (count + each - 1) / each; }

template <class Source>
cudaError_t run(const Source &source, const Workspace &work, int users, const BlockWeights *weights, int blocks,
                float *embeddings, cudaStream_t stream) {
  const Shape &shape = source.shape;
  begin_kernel<<<users, kThreads, 0, stream>>>(source, work);
  const int columns = (Source::kFresh ? 4 : 2) * shape.hidden;
  for (int block = 0; block < blocks; block++) {
    const dim3 project(blocks_for(columns, 4 * kWarps), users);
    project_kernel<<<project, kThreads, 0, stream>>>(source, work, block, weights[block].projection);
    const dim3 attend(blocks_for(shape.hidden, kColumns), work.splits, users);
    attend_kernel<<<attend, kThreads, 0, stream>>>(source, work, block, weights[block]);
    gate_kernel<<<users, kThreads, 0, stream>>>(source, work);
    const dim3 output(blocks_for(shape.dim, kWarps), users);
    output_kernel<<<output, kThreads, 0, stream>>>(source, work, weights[block]);
  }
  finish_kernel<<<users, kThreads, 0, stream>>>(source, work, embeddings);
  return cudaGetLastError();
}

}  // namespace

size_t plain_workspace_bytes(const Shape &shape, RowsWork work) {
  const size_t rows = work == RowsWork::kAppend ? PageSource::kRows : LaneSource::kRows;
  const size_t hidden = shape.hidden;
  return (sizeof(float) * rows * (shape.dim_padded + 5 * hidden + splits(shape) * hidden) + 255) / 256 * 256;
}

cudaError_t plain_launch(const LastRowsArgs &args, cudaStream_t stream) {
  return run(source_of(args), workspace_of(args.shape, RowsWork::kLastRow, args.workspace), args.most_users,
             &args.weights, 1, args.embeddings, stream);
}

cudaError_t plain_launch(const AppendArgs &args, cudaStream_t stream) {
  return run(source_of(args), workspace_of(args.shape, RowsWork::kAppend, args.workspace), args.users, args.weights,
             args.shape.blocks, args.embeddings, stream);
}

}  // namespace hstu
