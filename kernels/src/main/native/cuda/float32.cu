// The forward pass in float32, in the order of HSTU.md and with the public checkpoint's own layouts: what the fast kernels are
// held equal to on the device, and the engine's float32 mode. Any widths.
#include "forward.h"
#include "time_buckets.cuh"

namespace hstu {
namespace {

constexpr float kEpsilon = 1e-6f;
constexpr int kRowThreads = 128;  // a block of threads computes one row
constexpr int kTile = 32;         // a product's block of threads computes kTile x kTile values
constexpr int kTileThreadRows = 8;

// Which rows of a block are computed; keys and values are always computed for all.
enum class Rows { kAll, kLastOfEachUser };

__device__ float silu(float value) { return value / (1.0f + expf(-value)); }

// Sum over a block of kRowThreads threads, the same on all of them and in the same order at every call.
__device__ float block_sum(float value) {
  __shared__ float partial[kRowThreads / 32];
  for (int lane = 16; lane > 0; lane /= 2) value += __shfl_xor_sync(0xffffffff, value, lane);
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = value;
  __syncthreads();
  float sum = 0;
  for (int warp = 0; warp < kRowThreads / 32; warp++) sum += partial[warp];
  __syncthreads();
  return sum;
}

// The user that owns a token: the last whose offset isn't beyond it.
__device__ int user_of(const int *offsets, int users, int token) {
  int low = 0, high = users;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    if (offsets[middle] <= token) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

// The token that row `r` of a computation stands for: all tokens, or the last of user `r`.
__device__ int token_of(const int *offsets, int r, Rows rows) { return rows == Rows::kAll ? r : offsets[r + 1] - 1; }

// x_i = E[id_i] * sqrt(D) + P[i]
__global__ void embed_kernel(const float *items, const float *positions, Shape shape, BatchArrays batch, int users, float *x) {
  const int token = blockIdx.x;
  const int position = token - batch.offsets[user_of(batch.offsets, users, token)];
  const float *embedding = items + static_cast<long>(batch.items[token]) * shape.dim;
  const float scale = sqrtf(static_cast<float>(shape.dim));
  for (int c = threadIdx.x; c < shape.dim; c += blockDim.x) {
    x[static_cast<long>(token) * shape.dim + c] =
        embedding[c] * scale + positions[static_cast<long>(position) * shape.dim_padded + c];
  }
}

// target = (source - mean) / sqrt(variance + eps), a row a block; where `gate` is given, times it.
__global__ void layer_norm_kernel(const float *source, int columns, const int *offsets, Rows rows, const float *gate, int gate_stride,
                           float *target) {
  const long token = token_of(offsets, blockIdx.x, rows);
  const float *row = source + token * columns;
  float sum = 0;
  for (int c = threadIdx.x; c < columns; c += kRowThreads) sum += row[c];
  const float mean = block_sum(sum) / columns;
  float squares = 0;
  for (int c = threadIdx.x; c < columns; c += kRowThreads) squares += (row[c] - mean) * (row[c] - mean);
  const float scale = 1.0f / sqrtf(block_sum(squares) / columns + kEpsilon);
  for (int c = threadIdx.x; c < columns; c += kRowThreads) {
    const float normed = (row[c] - mean) * scale;
    target[token * columns + c] = gate == nullptr ? normed : normed * gate[token * gate_stride + c];
  }
}

// What becomes of a product's sums.
struct SiluOf {
  float *target;
  int stride;
  __device__ void operator()(long row, int column, float sum) const { target[row * stride + column] = silu(sum); }
};
struct AddTo {
  const float *bias;
  float *target;
  int stride;
  __device__ void operator()(long row, int column, float sum) const { target[row * stride + column] += sum + bias[column]; }
};

// left [m][inner] times right: [inner][columns], or [columns][inner] when transposed. Each thread sums kTile / kTileThreadRows
// values along the inner index, from its first to its last.
template <bool transposed, typename Store>
__global__ void product_kernel(const float *left, const float *right, int m, int inner, int columns, const int *offsets, Rows rows,
                        Store store) {
  __shared__ float a[kTile][kTile];
  __shared__ float b[kTile][kTile + 1];
  const int column = blockIdx.x * kTile + threadIdx.x;
  const int row0 = blockIdx.y * kTile;
  float sums[kTile / kTileThreadRows] = {};
  for (int k0 = 0; k0 < inner; k0 += kTile) {
    for (int i = threadIdx.y; i < kTile; i += kTileThreadRows) {
      const int row = row0 + i;
      const int k = k0 + threadIdx.x;
      a[i][threadIdx.x] = row < m && k < inner ? left[static_cast<long>(token_of(offsets, row, rows)) * inner + k] : 0;
      if (transposed) {
        const int n = blockIdx.x * kTile + i;
        b[threadIdx.x][i] = n < columns && k < inner ? right[static_cast<long>(n) * inner + k] : 0;
      } else {
        b[i][threadIdx.x] = k0 + i < inner && column < columns ? right[static_cast<long>(k0 + i) * columns + column] : 0;
      }
    }
    __syncthreads();
    for (int k = 0; k < kTile; k++) {
      for (int s = 0; s < kTile / kTileThreadRows; s++) {
        sums[s] = fmaf(a[threadIdx.y + s * kTileThreadRows][k], b[k][threadIdx.x], sums[s]);
      }
    }
    __syncthreads();
  }
  for (int s = 0; s < kTile / kTileThreadRows; s++) {
    const int row = row0 + threadIdx.y + s * kTileThreadRows;
    if (row < m && column < columns) store(token_of(offsets, row, rows), column, sums[s]);
  }
}

template <bool transposed, typename Store>
void product(const float *left, const float *right, int m, int inner, int columns, const int *offsets, Rows rows, Store store,
             cudaStream_t stream) {
  const dim3 grid((columns + kTile - 1) / kTile, (m + kTile - 1) / kTile);
  product_kernel<transposed><<<grid, dim3(kTile, kTileThreadRows), 0, stream>>>(left, right, m, inner, columns, offsets, rows, store);
  HSTU_REQUIRE(cudaGetLastError());
}

// o_i = sum over j <= i of a_ij v_j, with a_ij = silu(q_i . k_j + pos[N-1+j-i] + time[bucket(t_{i+1} - t_j)]) / N: one row of
// one head a block; the weights of kRowThreads keys at a time lie in shared memory.
__global__ void attention_kernel(const float *uvqk, const float *position_bias, const float *time_bias, Shape shape,
                          BatchArrays batch, int users, Rows rows, float *target) {
  __shared__ float query[HSTU_MAX_WIDTH];
  __shared__ float weights[kRowThreads];
  const int token = token_of(batch.offsets, blockIdx.x, rows);
  const int head = blockIdx.y;
  const int user = user_of(batch.offsets, users, token);
  const int first = batch.offsets[user];
  const int i = token - first;
  const int *times = batch.times + batch.time_offsets[user];
  const int dqk = shape.query_dim, dv = shape.value_dim;
  const int width = 2 * shape.heads * (dv + dqk);
  const float *values = uvqk + static_cast<long>(first) * width + shape.heads * dv + head * dv;
  const float *queries = uvqk + static_cast<long>(first) * width + 2 * shape.heads * dv + head * dqk;
  const float *keys = queries + shape.heads * dqk;
  for (int c = threadIdx.x; c < dqk; c += kRowThreads) query[c] = queries[static_cast<long>(i) * width + c];
  float sums[HSTU_MAX_WIDTH / kRowThreads] = {};
  for (int j0 = 0; j0 <= i; j0 += kRowThreads) {
    __syncthreads();
    const int j = j0 + threadIdx.x;
    if (j <= i) {
      float score = 0;
      for (int c = 0; c < dqk; c++) score = fmaf(query[c], keys[static_cast<long>(j) * width + c], score);
      const float bias = position_bias[shape.slots - 1 + j - i] + time_bias[time_bucket(times[i + 1] - times[j])];
      weights[threadIdx.x] = silu(score + bias) / shape.slots;
    }
    __syncthreads();
    const int count = min(kRowThreads, i + 1 - j0);
#pragma unroll
    for (int s = 0; s < HSTU_MAX_WIDTH / kRowThreads; s++) {
      const int c = s * kRowThreads + threadIdx.x;
      if (c < dv) {
        for (int n = 0; n < count; n++) sums[s] = fmaf(weights[n], values[static_cast<long>(j0 + n) * width + c], sums[s]);
      }
    }
  }
#pragma unroll
  for (int s = 0; s < HSTU_MAX_WIDTH / kRowThreads; s++) {
    const int c = s * kRowThreads + threadIdx.x;
    if (c < dv) target[static_cast<long>(token) * shape.heads * dv + head * dv + c] = sums[s];
  }
}

// target[r] = y / max(|y|, 1e-6)
__global__ void unit_length_kernel(const float *source, int stride, int columns, const int *offsets, float *target) {
  const long row = offsets == nullptr ? blockIdx.x : offsets[blockIdx.x + 1] - 1;
  float squares = 0;
  for (int c = threadIdx.x; c < columns; c += kRowThreads) {
    const float value = source[row * stride + c];
    squares += value * value;
  }
  const float norm = fmaxf(sqrtf(block_sum(squares)), kEpsilon);
  for (int c = threadIdx.x; c < columns; c += kRowThreads) {
    target[static_cast<long>(blockIdx.x) * columns + c] = source[row * stride + c] / norm;
  }
}

class Float32Pass : public ForwardPass {
 public:
  Float32Pass(const Model &model, const BatchCapacity &capacity)
      : model_(model),
        values_(model.shape.heads * model.shape.value_dim),
        width_(2 * model.shape.heads * (model.shape.value_dim + model.shape.query_dim)),
        x_(static_cast<size_t>(capacity.tokens) * model.shape.dim),
        normed_(static_cast<size_t>(capacity.tokens) * model.shape.dim),
        uvqk_(static_cast<size_t>(capacity.tokens) * width_),
        attended_(static_cast<size_t>(capacity.tokens) * values_) {}

  void embed(const BatchArrays &batch, const BatchCapacity &counts, cudaStream_t stream) override {
    embed_kernel<<<counts.tokens, kRowThreads, 0, stream>>>(model_.items_float32.data(), model_.positions.data(),
                                                            model_.shape, batch, counts.users, x_.data());
    HSTU_REQUIRE(cudaGetLastError());
  }

  void block(int index, const BatchArrays &batch, const BatchCapacity &counts, const TileForm &,
             cudaStream_t stream) override {
    block(index, Rows::kAll, batch, counts, stream);
  }

  void last_block(const BatchArrays &batch, const BatchCapacity &counts, float *embeddings, cudaStream_t stream) override {
    block(model_.shape.blocks - 1, Rows::kLastOfEachUser, batch, counts, stream);
    normalise_rows(x_.data(), model_.shape.dim, model_.shape.dim, batch.offsets, counts.users, embeddings, stream);
  }

  const float *residual() const override { return x_.data(); }
  int residual_stride() const override { return model_.shape.dim; }
  bool recordable() const override { return false; }

 private:
  void block(int index, Rows rows, const BatchArrays &batch, const BatchCapacity &counts, cudaStream_t stream) {
    const Shape &shape = model_.shape;
    const int count = rows == Rows::kAll ? counts.tokens : counts.users;

    // [u | v | q | k] = silu(layerNorm(x) * W)
    layer_norm_kernel<<<counts.tokens, kRowThreads, 0, stream>>>(x_.data(), shape.dim, batch.offsets, Rows::kAll, nullptr, 0,
                                                                 normed_.data());
    HSTU_REQUIRE(cudaGetLastError());
    product<false>(normed_.data(), model_.float32[index].projection.data(), counts.tokens, shape.dim, width_, batch.offsets,
                   Rows::kAll, SiluOf{uvqk_.data(), width_}, stream);

    // o = attention, then u * layerNorm(o)
    attention_kernel<<<dim3(count, shape.heads), kRowThreads, 0, stream>>>(
        uvqk_.data(), model_.biases[index].position.data(), model_.biases[index].time.data(), shape, batch, counts.users, rows,
        attended_.data());
    HSTU_REQUIRE(cudaGetLastError());
    layer_norm_kernel<<<count, kRowThreads, 0, stream>>>(attended_.data(), values_, batch.offsets, rows, uvqk_.data(), width_,
                                                         attended_.data());
    HSTU_REQUIRE(cudaGetLastError());

    // x <- (u * layerNorm(o)) * Wo^T + bo + x
    product<true>(attended_.data(), model_.float32[index].output.data(), count, values_, shape.dim, batch.offsets, rows,
                  AddTo{model_.biases[index].output.data(), x_.data(), shape.dim}, stream);
  }

  const Model &model_;
  const int values_;  // h*dv
  const int width_;   // 2*h*dv + 2*h*dqk
  DeviceBuffer<float> x_;         // residual stream [T][D]
  DeviceBuffer<float> normed_;    // layerNorm(x) [T][D]
  DeviceBuffer<float> uvqk_;      // [T][width]
  DeviceBuffer<float> attended_;  // o, then u * layerNorm(o) [T][values]
};

}  // namespace

std::unique_ptr<ForwardPass> float32_pass(const Model &model, const BatchCapacity &capacity) {
  return std::make_unique<Float32Pass>(model, capacity);
}

void normalise_rows(const float *rows, int stride, int columns, const int *offsets, int count, float *target,
                    cudaStream_t stream) {
  unit_length_kernel<<<count, kRowThreads, 0, stream>>>(rows, stride, columns, offsets, target);
  HSTU_REQUIRE(cudaGetLastError());
}

}  // namespace hstu
