// The plain form that the fast ones are held to: a thread an output value, float32 sums in the order of HSTU.md, exact exponentials.
#include "rows.cuh"
#include "rows_sources.cuh"

namespace hstu {
namespace {

constexpr int kThreads = 128;

// A user's rows between launches, in unpadded memory of its own: [R][Dp] x, [R][4 HW] uvqk, [R][HW] o.
struct Scratch {
  float *base;
  int rows, dim, hidden;

  size_t floats() const { return static_cast<size_t>(rows) * (dim + 5 * hidden); }
  __device__ float *x(int user) const { return base + static_cast<size_t>(user) * rows * (dim + 5 * hidden); }
  __device__ float *uvqk(int user) const { return x(user) + rows * dim; }
  __device__ float *o(int user) const { return uvqk(user) + rows * 4 * hidden; }
};

__device__ float exact_silu(float x) { return x / (1.f + expf(-x)); }

// Mean and reciprocal deviation over a row's `heads` runs of `real` columns, `width` apart.
__device__ void moments(const float *row, int heads, int width, int real, float *mean, float *scale) {
  float sum = 0;
  for (int i = 0; i < heads * real; i++) sum += row[i / real * width + i % real];
  *mean = sum / (heads * real);
  float squares = 0;
  for (int i = 0; i < heads * real; i++) {
    const float deviation = row[i / real * width + i % real] - *mean;
    squares += deviation * deviation;
  }
  *scale = 1.f / sqrtf(squares / (heads * real) + kEpsilon);
}

// Threads count through columns, blockIdx.y through rows, blockIdx.z through users.
template <class Source>
__global__ void input_kernel(Source source, Scratch scratch) {
  typename Source::Rows rows;
  const int column = blockIdx.x * blockDim.x + threadIdx.x, r = blockIdx.y;
  if (!source.open(blockIdx.z, rows) || column >= scratch.dim) return;
  scratch.x(rows.user)[r * scratch.dim + column] = source.input(rows, r, column);
  if (column == 0 && r == 0) source.store_times(rows);
}

template <class Source>
__global__ void project_kernel(Source source, Scratch scratch, int block, const bf16 *projection) {
  typename Source::Rows rows;
  const int column = blockIdx.x * blockDim.x + threadIdx.x, r = blockIdx.y;
  if (!source.open(blockIdx.z, rows) || column >= 4 * scratch.hidden) return;
  const int section = column / scratch.hidden;
  if (!Source::kFresh && section % 2 == 1) return;
  const float *x = scratch.x(rows.user) + r * scratch.dim;
  float mean, scale, sum = 0;
  moments(x, 1, source.shape.dim, source.shape.dim, &mean, &scale);
  for (int c = 0; c < source.shape.dim; c++) {
    sum += (x[c] - mean) * scale * __bfloat162float(projection[static_cast<size_t>(column) * scratch.dim + c]);
  }
  float value = exact_silu(sum);
  if (section % 2 == 1) value = __bfloat162float(__float2bfloat16(value));
  scratch.uvqk(rows.user)[r * 4 * scratch.hidden + column] = value;
}

template <class Source>
__global__ void store_kernel(Source source, Scratch scratch, int block) {
  typename Source::Rows rows;
  const int column = 4 * (blockIdx.x * blockDim.x + threadIdx.x), r = blockIdx.y;
  if (!source.open(blockIdx.z, rows) || column >= scratch.hidden) return;
  const float *uvqk = scratch.uvqk(rows.user) + r * 4 * scratch.hidden;
  source.store(rows, block, r, false, column, uvqk + scratch.hidden + column);
  source.store(rows, block, r, true, column, uvqk + 3 * scratch.hidden + column);
}

template <class Source>
__global__ void attend_kernel(Source source, Scratch scratch, int block, BlockWeights weights) {
  typename Source::Rows rows;
  const int column = blockIdx.x * blockDim.x + threadIdx.x, r = blockIdx.y;
  if (!source.open(blockIdx.z, rows) || column >= scratch.hidden) return;
  const Shape &shape = source.shape;
  const float *uvqk = scratch.uvqk(rows.user);
  const int head = column / shape.width * shape.width;
  const float *q = uvqk + (r * 4 + 2) * scratch.hidden + head;
  float sum = 0;
  for (int j = 0; j <= rows.position[r]; j++) {
    const bool fresh = j >= rows.old;
    const int from = fresh ? Source::kRows - (rows.length - j) : 0;
    const float *fresh_row = uvqk + from * 4 * scratch.hidden;
    float score = 0;
    for (int c = 0; c < shape.width; c++) {
      score += q[c] * (fresh ? fresh_row[3 * scratch.hidden + head + c]
                             : __bfloat162float(source.keys(rows, block, j)[head + c]));
    }
    const int time = fresh ? rows.time[from] : source.time(rows, j);
    score += weights.position[shape.slots - 1 + j - rows.position[r]] +
             weights.time[time_bucket(rows.next_time[r] - time)];
    const float value = fresh ? fresh_row[scratch.hidden + column]
                              : __bfloat162float(source.values(rows, block, j)[column]);
    sum += exact_silu(score) / shape.slots * value;
  }
  scratch.o(rows.user)[r * scratch.hidden + column] = sum;
}

template <class Source>
__global__ void output_kernel(Source source, Scratch scratch, BlockWeights weights) {
  typename Source::Rows rows;
  const int column = blockIdx.x * blockDim.x + threadIdx.x, r = blockIdx.y;
  if (!source.open(blockIdx.z, rows) || column >= scratch.dim) return;
  const Shape &shape = source.shape;
  const float *o = scratch.o(rows.user) + r * scratch.hidden;
  const float *u = scratch.uvqk(rows.user) + r * 4 * scratch.hidden;
  float mean, scale, sum = 0;
  moments(o, shape.heads, shape.width, shape.value_dim, &mean, &scale);
  for (int c = 0; c < scratch.hidden; c++) {
    sum += u[c] * (o[c] - mean) * scale *
           __bfloat162float(weights.output[static_cast<size_t>(column) * scratch.hidden + c]);
  }
  scratch.x(rows.user)[r * scratch.dim + column] += sum + weights.output_bias[column];
}

template <class Source>
__global__ void finish_kernel(Source source, Scratch scratch, float *embeddings) {
  typename Source::Rows rows;
  const int column = blockIdx.x * blockDim.x + threadIdx.x;
  if (!source.open(blockIdx.z, rows) || column >= source.shape.dim) return;
  const float *y = scratch.x(rows.user) + (Source::kRows - 1) * scratch.dim;
  float squares = 0;
  for (int c = 0; c < source.shape.dim; c++) squares += y[c] * y[c];
  embeddings[static_cast<size_t>(rows.user) * source.shape.dim + column] = y[column] / fmaxf(sqrtf(squares), kEpsilon);
}

template <class Source>
cudaError_t run(const Source &source, int users, const BlockWeights *weights, int blocks, float *embeddings, cudaStream_t stream) {
  const Shape &shape = source.shape;
  Scratch scratch{nullptr, Source::kRows, shape.dim_padded, shape.hidden};
  const size_t bytes = users * scratch.floats() * sizeof(float);
  cudaError_t status = cudaMallocAsync(&scratch.base, bytes, stream);
  if (status != cudaSuccess) return status;
  auto grid = [&](int columns) { return dim3((columns + kThreads - 1) / kThreads, Source::kRows, users); };
  input_kernel<<<grid(shape.dim_padded), kThreads, 0, stream>>>(source, scratch);
  for (int block = 0; block < blocks; block++) {
    const BlockWeights &given = weights[block];
    project_kernel<<<grid(shape.projection()), kThreads, 0, stream>>>(source, scratch, block, given.projection);
    store_kernel<<<grid(shape.hidden / 4), kThreads, 0, stream>>>(source, scratch, block);
    attend_kernel<<<grid(shape.hidden), kThreads, 0, stream>>>(source, scratch, block, given);
    output_kernel<<<grid(shape.dim_padded), kThreads, 0, stream>>>(source, scratch, given);
  }
  finish_kernel<<<grid(shape.dim), kThreads, 0, stream>>>(source, scratch, embeddings);
  status = cudaGetLastError();
  const cudaError_t freed = cudaFreeAsync(scratch.base, stream);
  return status != cudaSuccess ? status : freed;
}

}  // namespace

cudaError_t last_rows_reference(const LastRowsArgs &args, cudaStream_t stream) {
  return run(source_of(args), args.most_users, &args.weights, 1, args.embeddings, stream);
}

cudaError_t append_reference(const AppendArgs &args, cudaStream_t stream) {
  return run(source_of(args), args.users, args.weights, args.shape.blocks, args.embeddings, stream);
}

}  // namespace hstu
