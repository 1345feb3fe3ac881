// The whole forward pass in double on the CPU, as plainly as HSTU.md has it, and random models and batches to run it on: what
// checks of whole encodes compare with.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "hstu_cuda.h"
#include "time_buckets.cuh"

namespace check {

using Row = std::vector<double>;

// A model's tensors in the order of hstu_cuda_model_open.
struct Weights {
  hstu_shape shape;
  std::vector<std::vector<float>> tensors;

  std::vector<const void *> pointers() const {
    std::vector<const void *> result;
    for (const std::vector<float> &tensor : tensors) result.push_back(tensor.data());
    return result;
  }
  int projection_width() const { return 2 * shape.heads * (shape.query_dim + shape.value_dim); }
};

inline std::vector<float> normal(std::mt19937_64 &random, size_t count, double deviation) {
  std::normal_distribution<double> values(0, deviation);
  std::vector<float> result(count);
  for (float &value : result) value = static_cast<float>(values(random));
  return result;
}

// Weights large enough that every term shows, small enough that many blocks stay tame.
inline Weights random_weights(const hstu_shape &shape, uint64_t seed) {
  std::mt19937_64 random(seed);
  Weights weights{shape, {}};
  const double inner = 1 / std::sqrt(static_cast<double>(shape.dim));
  weights.tensors.push_back(normal(random, (shape.items + size_t{1}) * shape.dim, inner));
  weights.tensors.push_back(normal(random, static_cast<size_t>(shape.slots) * shape.dim, 0.3));
  const size_t values = static_cast<size_t>(shape.heads) * shape.value_dim;
  for (int block = 0; block < shape.blocks; block++) {
    weights.tensors.push_back(normal(random, static_cast<size_t>(shape.dim) * weights.projection_width(), inner));
    weights.tensors.push_back(normal(random, shape.dim * values, 1 / std::sqrt(static_cast<double>(values))));
    weights.tensors.push_back(normal(random, shape.dim, 0.1));
    weights.tensors.push_back(normal(random, 2 * shape.slots - 1, 0.5));
    weights.tensors.push_back(normal(random, 129, 0.5));
  }
  return weights;
}

struct Batch {
  std::vector<int32_t> offsets{0};
  std::vector<int32_t> items;
  std::vector<int64_t> times, request_times;

  int users() const { return static_cast<int>(request_times.size()); }
  int tokens() const { return offsets.back(); }

  void add(std::mt19937_64 &random, const hstu_shape &shape, int length) {
    int64_t now = static_cast<int64_t>(random() % 2000000000);
    for (int i = 0; i < length; i++) {
      items.push_back(1 + static_cast<int>(random() % shape.items));
      times.push_back(now);
      if (random() % 3 != 0) now += static_cast<int64_t>(random() % (int64_t{1} << (1 + random() % 18)));
    }
    request_times.push_back(now);
    offsets.push_back(offsets.back() + length);
  }

  Batch only(int user) const {
    Batch one;
    one.items.assign(items.begin() + offsets[user], items.begin() + offsets[user + 1]);
    one.times.assign(times.begin() + offsets[user], times.begin() + offsets[user + 1]);
    one.request_times = {request_times[user]};
    one.offsets = {0, offsets[user + 1] - offsets[user]};
    return one;
  }

  void lay_down(const hstu_lane_buffers &buffers) const {
    std::copy(offsets.begin(), offsets.end(), buffers.offsets);
    std::copy(items.begin(), items.end(), buffers.items);
    std::copy(times.begin(), times.end(), buffers.times);
    std::copy(request_times.begin(), request_times.end(), buffers.request_times);
  }
};

inline double silu(double value) { return value / (1 + std::exp(-value)); }

inline void layer_norm(double *row, int columns) {
  double mean = 0, squares = 0;
  for (int c = 0; c < columns; c++) mean += row[c] / columns;
  for (int c = 0; c < columns; c++) squares += (row[c] - mean) * (row[c] - mean);
  const double scale = 1 / std::sqrt(squares / columns + 1e-6);
  for (int c = 0; c < columns; c++) row[c] = (row[c] - mean) * scale;
}

struct Encoded {
  std::vector<Row> streams;  // per block [tokens][D]
  Row rows;                  // [tokens][D], unit length
  Row users;                 // [users][D]
};

inline Encoded encode(const Weights &weights, const Batch &batch) {
  const hstu_shape &s = weights.shape;
  const int values = s.heads * s.value_dim, queries = s.heads * s.query_dim, width = weights.projection_width();
  Encoded out;
  out.streams.assign(s.blocks, Row(static_cast<size_t>(batch.tokens()) * s.dim));
  out.rows.resize(static_cast<size_t>(batch.tokens()) * s.dim);
  for (int user = 0; user < batch.users(); user++) {
    const int first = batch.offsets[user], length = batch.offsets[user + 1] - first;
    Row x(static_cast<size_t>(length) * s.dim), uvqk(static_cast<size_t>(length) * width);
    for (int i = 0; i < length; i++) {
      for (int c = 0; c < s.dim; c++) {
        x[i * s.dim + c] = weights.tensors[0][batch.items[first + i] * static_cast<size_t>(s.dim) + c] *
                               std::sqrt(static_cast<double>(s.dim)) +
                           weights.tensors[1][i * s.dim + c];
      }
    }
    for (int block = 0; block < s.blocks; block++) {
      const std::vector<float> *w = &weights.tensors[2 + 5 * block];
      for (int i = 0; i < length; i++) {
        Row normed(x.begin() + i * s.dim, x.begin() + (i + 1) * s.dim);
        layer_norm(normed.data(), s.dim);
        double *row = &uvqk[static_cast<size_t>(i) * width];
        std::fill(row, row + width, 0.0);
        for (int d = 0; d < s.dim; d++) {
          for (int c = 0; c < width; c++) row[c] += normed[d] * w[0][static_cast<size_t>(d) * width + c];
        }
        for (int c = 0; c < width; c++) row[c] = silu(row[c]);
      }
      for (int i = 0; i < length; i++) {
        const int64_t next = i + 1 < length ? batch.times[first + i + 1] : batch.request_times[user];
        Row o(values, 0.0);
        for (int head = 0; head < s.heads; head++) {
          const double *q = &uvqk[static_cast<size_t>(i) * width + 2 * values + head * s.query_dim];
          for (int j = 0; j <= i; j++) {
            const double *k = &uvqk[static_cast<size_t>(j) * width + 2 * values + queries + head * s.query_dim];
            const double *v = &uvqk[static_cast<size_t>(j) * width + values + head * s.value_dim];
            double score = w[3][s.slots - 1 + j - i] + w[4][hstu::time_bucket(static_cast<int>(next - batch.times[first + j]))];
            for (int c = 0; c < s.query_dim; c++) score += q[c] * k[c];
            const double a = silu(score) / s.slots;
            for (int c = 0; c < s.value_dim; c++) o[head * s.value_dim + c] += a * v[c];
          }
        }
        layer_norm(o.data(), values);
        for (int c = 0; c < values; c++) o[c] *= uvqk[static_cast<size_t>(i) * width + c];
        for (int d = 0; d < s.dim; d++) {
          double sum = w[2][d];
          for (int c = 0; c < values; c++) sum += o[c] * w[1][static_cast<size_t>(d) * values + c];
          x[i * s.dim + d] += sum;
        }
      }
      std::copy(x.begin(), x.end(), out.streams[block].begin() + static_cast<size_t>(first) * s.dim);
    }
    for (int i = 0; i < length; i++) {
      double squares = 0;
      for (int c = 0; c < s.dim; c++) squares += x[i * s.dim + c] * x[i * s.dim + c];
      const double norm = std::max(std::sqrt(squares), 1e-6);
      for (int c = 0; c < s.dim; c++) out.rows[(first + i) * static_cast<size_t>(s.dim) + c] = x[i * s.dim + c] / norm;
    }
    const auto last = out.rows.begin() + (first + length - 1) * static_cast<size_t>(s.dim);
    out.users.insert(out.users.end(), last, last + s.dim);
  }
  return out;
}

// |out - expected| / |expected|; NaN never compares as small.
template <typename T>
double relative_error(const T *out, const Row &expected) {
  double difference = 0, norm = 0;
  for (size_t i = 0; i < expected.size(); i++) {
    difference += (out[i] - expected[i]) * (out[i] - expected[i]);
    norm += expected[i] * expected[i];
  }
  return std::sqrt(norm > 0 ? difference / norm : difference);
}

}  // namespace check
