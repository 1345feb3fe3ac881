// Uploading a model: every tensor goes through one staging buffer of bounded size and from there, converted and padded by a
// kernel, to its place, so that a table larger than the host's free memory passes too.
#include "model.h"

#include <algorithm>
#include <cstring>

#include "attention.cuh"
#include "time_buckets.cuh"

namespace hstu {
namespace {

constexpr size_t kStagingFloats = size_t{16} << 20;  // 64 MiB: large enough to run at the bus's speed
constexpr int kThreads = 256;

template <typename T>
__device__ T converted(float value);
template <>
__device__ float converted<float>(float value) {
  return value;
}
template <>
__device__ bf16 converted<bf16>(float value) {
  return __float2bfloat16(value);
}

// target[r][c] = source[r][c] for the real columns; padding columns keep their 0.
template <typename T>
__global__ void pad_rows(const float *source, long rows, int columns, T *target, int stride) {
  const long at = blockIdx.x * static_cast<long>(blockDim.x) + threadIdx.x;
  if (at >= rows * columns) return;
  target[at / columns * stride + at % columns] = converted<T>(source[at]);
}

// Column of the padded projection that column `c` of W goes to.
__device__ int padded_column(const Shape &shape, int c) {
  const int values = shape.heads * shape.value_dim;
  const int queries = shape.heads * shape.query_dim;
  if (c < values) return shape.u_column(c / shape.value_dim) + c % shape.value_dim;
  c -= values;
  if (c < values) return shape.v_column(c / shape.value_dim) + c % shape.value_dim;
  c -= values;
  if (c < queries) return shape.q_column(c / shape.query_dim) + c % shape.query_dim;
  c -= queries;
  return shape.k_column(c / shape.query_dim) + c % shape.query_dim;
}

// target[column][row] = W[row][column]: transposed, so that the summed index is contiguous.
__global__ void place_projection(const float *source, Shape shape, int columns, int first_row, long count,
                                 bf16 *target) {
  const long at = blockIdx.x * static_cast<long>(blockDim.x) + threadIdx.x;
  if (at >= count) return;
  const int row = first_row + static_cast<int>(at / columns);
  const int column = padded_column(shape, static_cast<int>(at % columns));
  target[static_cast<long>(column) * shape.dim_padded + row] = __float2bfloat16(source[at]);
}

// target[n][head * W + w] = Wo[n][head * dv + w].
__global__ void place_output(const float *source, Shape shape, int first_row, long count, bf16 *target) {
  const long at = blockIdx.x * static_cast<long>(blockDim.x) + threadIdx.x;
  if (at >= count) return;
  const int columns = shape.heads * shape.value_dim;
  const long row = first_row + at / columns;
  const int column = static_cast<int>(at % columns);
  const int padded = column / shape.value_dim * shape.width + column % shape.value_dim;
  target[row * shape.hidden + padded] = __float2bfloat16(source[at]);
}

unsigned blocks_for(long count) { return static_cast<unsigned>((count + kThreads - 1) / kThreads); }

// Carries tensors to the device, a piece of whole rows at a time.
class Upload {
 public:
  Upload() : staging_(kStagingFloats) {}

  // Calls `place(device pointer, first row, rows)` for every piece.
  template <typename Place>
  void rows(const void *source, long rows, int columns, Place place) {
    const long piece = std::max<long>(1, static_cast<long>(kStagingFloats) / columns);
    for (long first = 0; first < rows; first += piece) {
      const long count = std::min(piece, rows - first);
      const char *from = static_cast<const char *>(source) + first * columns * static_cast<long>(sizeof(float));
      HSTU_REQUIRE(cudaMemcpy(staging_.data(), from, count * columns * sizeof(float), cudaMemcpyHostToDevice));
      place(staging_.data(), first, count);
      HSTU_REQUIRE(cudaGetLastError());
    }
  }

  template <typename T>
  DeviceBuffer<T> padded(const void *source, long row_count, int columns, int stride) {
    DeviceBuffer<T> target(static_cast<size_t>(row_count) * stride);
    rows(source, row_count, columns, [&](const float *piece, long first, long count) {
      pad_rows<T><<<blocks_for(count * columns), kThreads>>>(piece, count, columns, target.data() + first * stride, stride);
    });
    return target;
  }

 private:
  DeviceBuffer<float> staging_;
};

Bfloat16Block bfloat16_block(Upload &upload, const Shape &shape, const void *projection, const void *output) {
  Bfloat16Block block;
  block.projection = DeviceBuffer<bf16>(static_cast<size_t>(shape.projection()) * shape.dim_padded);
  const int columns = 2 * shape.heads * (shape.value_dim + shape.query_dim);
  upload.rows(projection, shape.dim, columns, [&](const float *piece, long first, long count) {
    place_projection<<<blocks_for(count * columns), kThreads>>>(piece, shape, columns, static_cast<int>(first),
                                                                count * columns, block.projection.data());
  });
  block.output = DeviceBuffer<bf16>(static_cast<size_t>(shape.dim_padded) * shape.hidden);
  const int values = shape.heads * shape.value_dim;
  upload.rows(output, shape.dim, values, [&](const float *piece, long first, long count) {
    place_output<<<blocks_for(count * values), kThreads>>>(piece, shape, static_cast<int>(first), count * values,
                                                           block.output.data());
  });
  return block;
}

Float32Block float32_block(Upload &upload, const Shape &shape, const void *projection, const void *output) {
  const int columns = 2 * shape.heads * (shape.value_dim + shape.query_dim);
  const int values = shape.heads * shape.value_dim;
  Float32Block block;
  block.projection = upload.padded<float>(projection, shape.dim, columns, columns);
  block.output = upload.padded<float>(output, shape.dim, values, values);
  return block;
}

// Small arrays made on the host.
template <typename T>
DeviceBuffer<T> uploaded(const T *source, size_t count) {
  DeviceBuffer<T> target(count);
  HSTU_REQUIRE(cudaMemcpy(target.data(), source, count * sizeof(T), cudaMemcpyHostToDevice));
  return target;
}

// The tables of a block's biases, from weights of any alignment.
DeviceBuffer<char> attention_tables(const Shape &shape, const void *position, const void *time) {
  std::vector<float> positions(2 * shape.slots - 1), times(kTimeTable);
  std::memcpy(positions.data(), position, positions.size() * sizeof(float));
  std::memcpy(times.data(), time, times.size() * sizeof(float));
  std::vector<char> tables(bias_tables_bytes(shape.slots));
  bias_tables(tables.data(), positions.data(), times.data(), kTimeEdgeSeconds, shape.slots);
  return uploaded(tables.data(), tables.size());
}

void require_within(const char *name, int value, int least, int most) {
  if (value < least || value > most) refuse(HSTU_INVALID, "%s=%d must be within %d..%d", name, value, least, most);
}

int capability_of(int device) {
  int major = 0, minor = 0;
  HSTU_REQUIRE(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
  HSTU_REQUIRE(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device));
  if (major < 8) refuse(HSTU_NO_DEVICE, "compute capability %d.%d < 8.0", major, minor);
  return 10 * major + minor;
}

}  // namespace

Shape padded_shape(const hstu_shape &shape, Precision precision) {
  require_within("items", shape.items, 1, 2147483647 - 8);
  require_within("max_events", shape.max_events, 1, 16384);
  require_within("slots", shape.slots, shape.max_events + 1, 2 * 16384);
  require_within("dim", shape.dim, 1, HSTU_MAX_WIDTH);
  require_within("heads", shape.heads, 1, 64);
  const int widest = precision == Precision::kBfloat16 ? HSTU_MAX_BFLOAT16_HEAD_WIDTH : HSTU_MAX_WIDTH;
  require_within("query_dim", shape.query_dim, 1, widest);
  require_within("value_dim", shape.value_dim, 1, widest);
  require_within("blocks", shape.blocks, 1, 64);
  Shape padded;
  padded.items = shape.items;
  padded.max_events = shape.max_events;
  padded.slots = shape.slots;
  padded.dim = shape.dim;
  padded.heads = shape.heads;
  padded.query_dim = shape.query_dim;
  padded.value_dim = shape.value_dim;
  padded.blocks = shape.blocks;
  padded.dim_padded = round_up(shape.dim, 64);
  const int width = std::max(shape.query_dim, shape.value_dim);
  padded.width = width <= 32 ? 32 : width <= 64 ? 64 : round_up(width, 128);
  padded.hidden = padded.heads * padded.width;
  if (precision == Precision::kBfloat16) require_within("heads * head width, padded", padded.hidden, 1, HSTU_MAX_BFLOAT16_HIDDEN);
  return padded;
}

Model upload_model(int device, Precision precision, const hstu_shape &given, const void *const *weights, int count) {
  const Shape shape = padded_shape(given, precision);
  if (count != 2 + 5 * shape.blocks) {
    refuse(HSTU_INVALID, "count=%d of weights must be %d for %d blocks", count, 2 + 5 * shape.blocks, shape.blocks);
  }
  HSTU_REQUIRE(cudaSetDevice(device));
  Model model;
  model.device = device;
  model.capability = capability_of(device);
  model.precision = precision;
  model.shape = shape;
  Upload upload;
  const bool half = precision == Precision::kBfloat16;
  const long items = shape.items + 1L;
  if (half) {
    model.items_bfloat16 = upload.padded<bf16>(weights[0], items, shape.dim, shape.dim_padded);
  } else {
    model.items_float32 = upload.padded<float>(weights[0], items, shape.dim, shape.dim);
  }
  model.positions = upload.padded<float>(weights[1], shape.slots, shape.dim, shape.dim_padded);
  for (int i = 0; i < shape.blocks; i++) {
    const void *const *block = weights + 2 + 5 * i;
    if (half) {
      model.bfloat16.push_back(bfloat16_block(upload, shape, block[0], block[1]));
    } else {
      model.float32.push_back(float32_block(upload, shape, block[0], block[1]));
    }
    Biases biases;
    biases.output = upload.padded<float>(block[2], 1, shape.dim, shape.dim_padded);
    biases.position = upload.padded<float>(block[3], 1, 2 * shape.slots - 1, 2 * shape.slots - 1);
    biases.time = upload.padded<float>(block[4], 1, kTimeTable, kTimeTable);
    if (half) biases.tables = attention_tables(shape, block[3], block[4]);
    model.biases.push_back(std::move(biases));
  }
  HSTU_REQUIRE(cudaDeviceSynchronize());
  return model;
}

}  // namespace hstu
