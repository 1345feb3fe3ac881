// A random model and users for the checks of rows and states, and the whole forward pass over all rows, a thread an output value.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "../../../main/native/cuda/rows.cuh"
#include "../../../main/native/cuda/time_buckets.cuh"

namespace hstu_check {

using namespace hstu;

#define CHECKED(call)                                                                            \
  do {                                                                                           \
    const cudaError_t checked_status = (call);                                                   \
    if (checked_status != cudaSuccess) {                                                         \
      std::printf("%s:%d %s: %s\n", __FILE__, __LINE__, #call, cudaGetErrorString(checked_status)); \
      std::exit(1);                                                                              \
    }                                                                                            \
  } while (0)

template <typename T>
struct Device {
  T *data = nullptr;
  size_t count = 0;

  Device() = default;
  explicit Device(size_t n) : count(n) {
    CHECKED(cudaMalloc(&data, std::max<size_t>(n, 1) * sizeof(T)));
    CHECKED(cudaMemset(data, 0, std::max<size_t>(n, 1) * sizeof(T)));
  }
  explicit Device(const std::vector<T> &host) : Device(host.size()) { set(host); }
  Device(Device &&other) noexcept { std::swap(data, other.data), std::swap(count, other.count); }
  Device &operator=(Device &&other) noexcept {
    std::swap(data, other.data), std::swap(count, other.count);
    return *this;
  }
  ~Device() { cudaFree(data); }

  void set(const std::vector<T> &host) {
    CHECKED(cudaMemcpy(data, host.data(), host.size() * sizeof(T), cudaMemcpyHostToDevice));
  }
  std::vector<T> get() const {
    std::vector<T> host(count);
    CHECKED(cudaMemcpy(host.data(), data, count * sizeof(T), cudaMemcpyDeviceToHost));
    return host;
  }
  void poison() { CHECKED(cudaMemset(data, 0xff, count * sizeof(T))); }  // NaN in every float format
};

using Random = std::mt19937_64;

inline int uniform(Random &random, int least, int most) {
  return std::uniform_int_distribution<int>(least, most)(random);
}

inline Shape shape_of(int items, int max_events, int slots, int dim, int heads, int query_dim, int value_dim,
                      int blocks) {
  Shape shape{items, max_events, slots, dim, heads, query_dim, value_dim, blocks, 0, 0, 0};
  const int width = std::max(query_dim, value_dim);
  shape.dim_padded = round_up(dim, 64);
  shape.width = width <= 32 ? 32 : width <= 64 ? 64 : 128;
  shape.hidden = heads * shape.width;
  return shape;
}

struct Model {
  Shape shape;
  Device<bf16> items;
  Device<float> positions;
  std::vector<Device<bf16>> projections, outputs;
  std::vector<Device<float>> output_biases, position_biases, time_biases;
  std::vector<BlockWeights> weights;

  Model(const Shape &given, Random &random) : shape(given) {
    std::normal_distribution<float> normal;
    const int dim = shape.dim, padded = shape.dim_padded, hidden = shape.hidden, width = shape.width;
    std::vector<bf16> table(static_cast<size_t>(shape.items + 1) * padded, bf16(0.f));
    for (size_t i = 0; i < table.size(); i++) {
      if (static_cast<int>(i % padded) < dim) table[i] = bf16(normal(random) / std::sqrt(static_cast<float>(dim)));
    }
    items = Device<bf16>(table);
    std::vector<float> rows(static_cast<size_t>(shape.slots) * padded, 0.f);
    for (size_t i = 0; i < rows.size(); i++) {
      if (static_cast<int>(i % padded) < dim) rows[i] = 0.3f * normal(random);
    }
    positions = Device<float>(rows);
    for (int block = 0; block < shape.blocks; block++) {
      std::vector<bf16> projection(static_cast<size_t>(4) * hidden * padded, bf16(0.f));
      for (int n = 0; n < 4 * hidden; n++) {
        const int real = n / hidden < 2 ? shape.value_dim : shape.query_dim;
        for (int c = 0; c < dim && n % width < real; c++) {
          projection[static_cast<size_t>(n) * padded + c] = bf16(1.5f * normal(random) / std::sqrt(static_cast<float>(dim)));
        }
      }
      std::vector<bf16> output(static_cast<size_t>(padded) * hidden, bf16(0.f));
      for (int n = 0; n < dim; n++) {
        for (int c = 0; c < hidden; c++) {
          if (c % width < shape.value_dim) {
            output[static_cast<size_t>(n) * hidden + c] = bf16(normal(random) / std::sqrt(static_cast<float>(shape.heads * shape.value_dim)));
          }
        }
      }
      std::vector<float> bias(padded, 0.f), position(2 * shape.slots - 1), time(129);
      for (int c = 0; c < dim; c++) bias[c] = 0.1f * normal(random);
      for (float &value : position) value = 0.5f * normal(random);
      for (float &value : time) value = 0.5f * normal(random);
      projections.emplace_back(projection);
      outputs.emplace_back(output);
      output_biases.emplace_back(bias);
      position_biases.emplace_back(position);
      time_biases.emplace_back(time);
      weights.push_back(BlockWeights{projections.back().data, outputs.back().data, output_biases.back().data,
                                     position_biases.back().data, time_biases.back().data});
    }
  }
};

// ---------------------------------------------------------------------------------------------------------------- all rows, plainly

struct FullUser {
  int length;
  const int *items;       // [L]
  const int64_t *times;   // [L + 1]
};

__global__ void full_input(Shape shape, FullUser user, const bf16 *items, const float *positions, float *x) {
  const int column = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y;
  if (column >= shape.dim_padded) return;
  x[static_cast<size_t>(row) * shape.dim_padded + column] =
      __bfloat162float(items[static_cast<size_t>(user.items[row]) * shape.dim_padded + column]) *
          sqrtf(static_cast<float>(shape.dim)) +
      positions[static_cast<size_t>(row) * shape.dim_padded + column];
}

__global__ void full_project(Shape shape, const bf16 *projection, const float *x, float *uvqk) {
  const int column = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y;
  if (column >= shape.projection()) return;
  const float *from = x + static_cast<size_t>(row) * shape.dim_padded;
  float mean = 0, squares = 0, sum = 0;
  for (int c = 0; c < shape.dim; c++) mean += from[c];
  mean /= shape.dim;
  for (int c = 0; c < shape.dim; c++) squares += (from[c] - mean) * (from[c] - mean);
  const float scale = 1.f / sqrtf(squares / shape.dim + 1e-6f);
  for (int c = 0; c < shape.dim; c++) {
    sum += (from[c] - mean) * scale * __bfloat162float(projection[static_cast<size_t>(column) * shape.dim_padded + c]);
  }
  uvqk[static_cast<size_t>(row) * shape.projection() + column] = sum / (1.f + expf(-sum));
}

// A block a row and head.
__global__ void full_attend(Shape shape, FullUser user, const float *position, const float *time,
                            const float *uvqk, float *o) {
  extern __shared__ float weights[];
  const int row = blockIdx.x, head = blockIdx.y;
  const float *q = uvqk + static_cast<size_t>(row) * shape.projection() + shape.q_column(head);
  for (int j = threadIdx.x; j <= row; j += blockDim.x) {
    const float *k = uvqk + static_cast<size_t>(j) * shape.projection() + shape.k_column(head);
    float score = 0;
    for (int c = 0; c < shape.width; c++) score += q[c] * k[c];
    score += position[shape.slots - 1 + j - row] + time[time_bucket(static_cast<int>(user.times[row + 1] - user.times[j]))];
    weights[j] = score / (1.f + expf(-score)) / shape.slots;
  }
  __syncthreads();
  for (int c = threadIdx.x; c < shape.width; c += blockDim.x) {
    float sum = 0;
    for (int j = 0; j <= row; j++) {
      sum += weights[j] * uvqk[static_cast<size_t>(j) * shape.projection() + shape.v_column(head) + c];
    }
    o[static_cast<size_t>(row) * shape.hidden + head * shape.width + c] = sum;
  }
}

__global__ void full_output(Shape shape, BlockWeights weights, const float *uvqk, const float *o, float *x) {
  const int column = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y;
  if (column >= shape.dim) return;
  const float *from = o + static_cast<size_t>(row) * shape.hidden;
  const float *u = uvqk + static_cast<size_t>(row) * shape.projection();
  const int count = shape.heads * shape.value_dim;
  float mean = 0, squares = 0, sum = 0;
  for (int c = 0; c < shape.hidden; c++) mean += c % shape.width < shape.value_dim ? from[c] : 0.f;
  mean /= count;
  for (int c = 0; c < shape.hidden; c++) {
    squares += c % shape.width < shape.value_dim ? (from[c] - mean) * (from[c] - mean) : 0.f;
  }
  const float scale = 1.f / sqrtf(squares / count + 1e-6f);
  for (int c = 0; c < shape.hidden; c++) {
    sum += u[c] * (from[c] - mean) * scale * __bfloat162float(weights.output[static_cast<size_t>(column) * shape.hidden + c]);
  }
  x[static_cast<size_t>(row) * shape.dim_padded + column] += sum + weights.output_bias[column];
}

__global__ void to_bfloat16(const float *source, size_t count, bf16 *target) {
  const size_t at = blockIdx.x * static_cast<size_t>(blockDim.x) + threadIdx.x;
  if (at < count) target[at] = __float2bfloat16(source[at]);
}

// The whole forward pass of one user, its intermediate values kept.
struct Full {
  const Model &model;
  Device<float> x, last_input, uvqk, o;
  std::vector<Device<bf16>> rounded;  // uvqk of every block, [L][4 HW]

  explicit Full(const Model &given, int most)
      : model(given),
        x(static_cast<size_t>(most) * given.shape.dim_padded),
        last_input(static_cast<size_t>(most) * given.shape.dim_padded),
        uvqk(static_cast<size_t>(most) * given.shape.projection()),
        o(static_cast<size_t>(most) * given.shape.hidden) {
    for (int b = 0; b < given.shape.blocks; b++) rounded.emplace_back(static_cast<size_t>(most) * given.shape.projection());
  }

  // times: L + 1 of them. Returns the embedding.
  std::vector<float> run(const std::vector<int> &items, const std::vector<int64_t> &times) {
    const Shape &shape = model.shape;
    const int length = static_cast<int>(items.size());
    Device<int> device_items(items);
    Device<int64_t> device_times(times);
    const FullUser user{length, device_items.data, device_times.data};
    auto grid = [&](int columns) { return dim3((columns + 127) / 128, length); };
    full_input<<<grid(shape.dim_padded), 128>>>(shape, user, model.items.data, model.positions.data, x.data);
    CHECKED(cudaFuncSetAttribute(full_attend, cudaFuncAttributeMaxDynamicSharedMemorySize, 4 * 16384));
    for (int block = 0; block < shape.blocks; block++) {
      const BlockWeights &weights = model.weights[block];
      if (block == shape.blocks - 1) {
        CHECKED(cudaMemcpyAsync(last_input.data, x.data, sizeof(float) * length * shape.dim_padded, cudaMemcpyDeviceToDevice));
      }
      full_project<<<grid(shape.projection()), 128>>>(shape, weights.projection, x.data, uvqk.data);
      const size_t values = static_cast<size_t>(length) * shape.projection();
      to_bfloat16<<<static_cast<unsigned>((values + 255) / 256), 256>>>(uvqk.data, values, rounded[block].data);
      full_attend<<<dim3(length, shape.heads), 128, sizeof(float) * round_up(length, 4)>>>(
          shape, user, weights.position, weights.time, uvqk.data, o.data);
      full_output<<<grid(shape.dim), 128>>>(shape, weights, uvqk.data, o.data, x.data);
    }
    CHECKED(cudaGetLastError());
    std::vector<float> y(shape.dim);
    CHECKED(cudaMemcpy(y.data(), x.data + static_cast<size_t>(length - 1) * shape.dim_padded, sizeof(float) * shape.dim,
                       cudaMemcpyDeviceToHost));
    double squares = 0;
    for (float value : y) squares += static_cast<double>(value) * value;
    for (float &value : y) value = static_cast<float>(value / std::max(std::sqrt(squares), 1e-6));
    return y;
  }
};

// ||a - b|| / ||b||; NaN where either has one.
inline double distance(const float *a, const float *b, int count) {
  double difference = 0, size = 0;
  for (int i = 0; i < count; i++) {
    difference += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
    size += static_cast<double>(b[i]) * b[i];
  }
  return std::sqrt(difference / size);
}

// Times of a user with `length` events and the request: one of several habits, the last two unkind.
inline std::vector<int64_t> random_times(Random &random, int length, int habit) {
  std::vector<int64_t> times(length + 1);
  int64_t now = 0;
  for (int64_t &time : times) {
    if (habit == 0) now += uniform(random, 0, 3) == 0 ? uniform(random, 0, 400000) : uniform(random, 0, 60);
    if (habit == 2) now = uniform(random, 0, 2147483646);           // unsorted
    if (habit == 3) now += 2147483646 / (length + 1);               // huge spans
    time = now;                                                     // habit 1: all equal
  }
  return times;
}

inline std::vector<int> random_items(Random &random, int length, int items) {
  std::vector<int> rows(length);
  for (int &row : rows) row = uniform(random, 1, items);
  return rows;
}

}  // namespace hstu_check
