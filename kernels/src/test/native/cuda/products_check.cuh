// What the checks of the products share: seeded inputs, comparison with float64, poison, and timing of graphs over rotating buffers.
#pragma once

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "layout.cuh"

namespace check {

using hstu::bf16;

inline void must(cudaError_t status, const char *what) {
  if (status == cudaSuccess) return;
  fprintf(stderr, "%s: %s\n", what, cudaGetErrorString(status));
  exit(2);
}

inline int &failures() {
  static int count = 0;
  return count;
}

inline void expect(bool right, const std::string &what) {
  if (right) return;
  ++failures();
  printf("MISS %s\n", what.c_str());
}

// `time`: all checks, then timing; `small`: the checks that a sanitizer finishes in seconds; nothing: all checks.
struct Mode {
  bool large, time;
  Mode(int count, char **arguments)
      : large(count < 2 || strcmp(arguments[1], "small") != 0), time(count > 1 && strcmp(arguments[1], "time") == 0) {}
};

inline hstu::Shape shape_of(int dim, int heads, int query_dim, int value_dim, int slots = 64) {
  const int widest = std::max(query_dim, value_dim);
  const int width = widest <= 32 ? 32 : widest <= 64 ? 64 : 128;
  return {1000, slots - 1, slots, dim, heads, query_dim, value_dim, 1, hstu::round_up(dim, 64), width, heads * width};
}

inline std::string name(const hstu::Shape &s, int tokens) {
  char text[128];
  snprintf(text, sizeof text, "T=%d D=%d h=%d dqk=%d dv=%d", tokens, s.dim, s.heads, s.query_dim, s.value_dim);
  return text;
}

struct Random {
  uint64_t state;
  explicit Random(uint64_t seed) : state(seed * 0x9e3779b97f4a7c15ull + 1) {}
  uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  }
  float uniform() { return (next() >> 40) * (1.0f / (1 << 24)); }
  // Sum of four uniforms: near enough to a normal of deviation 1.
  float normal() { return (uniform() + uniform() + uniform() + uniform() - 2) * 1.7320508f; }
};

template <typename T>
struct Device {
  T *data = nullptr;
  size_t count = 0;
  explicit Device(size_t n) : count(n) { must(cudaMalloc(&data, std::max<size_t>(n, 1) * sizeof(T)), "cudaMalloc"); }
  explicit Device(const std::vector<T> &host) : Device(host.size()) { write(host); }
  Device(const Device &) = delete;
  Device(Device &&other) noexcept : data(other.data), count(other.count) { other.data = nullptr; }
  ~Device() { cudaFree(data); }
  void write(const std::vector<T> &host) {
    must(cudaMemcpy(data, host.data(), host.size() * sizeof(T), cudaMemcpyHostToDevice), "write");
  }
  void poison() { must(cudaMemset(data, 0xff, count * sizeof(T)), "poison"); }  // NaN in float and bf16
  std::vector<T> read() const {
    std::vector<T> host(count);
    must(cudaMemcpy(host.data(), data, count * sizeof(T), cudaMemcpyDeviceToHost), "read");
    return host;
  }
};

inline float value(float v) { return v; }
inline float value(bf16 v) { return __bfloat162float(v); }

template <typename T>
std::vector<double> widen(const std::vector<T> &values, size_t count) {
  std::vector<double> wide(count);
  for (size_t i = 0; i < count; ++i) wide[i] = value(values[i]);
  return wide;
}

struct Error {
  double frobenius = 0;  // ||got - want|| / ||want||
  double largest = 0;    // max |got - want|
};

// NaN never passes.
template <typename T>
Error error_of(const std::vector<T> &got, const std::vector<double> &want) {
  double difference = 0, norm = 0;
  Error error;
  for (size_t i = 0; i < want.size(); ++i) {
    const double d = value(got[i]) - want[i];
    if (std::isnan(d)) return {INFINITY, INFINITY};
    difference += d * d;
    norm += want[i] * want[i];
    error.largest = std::max(error.largest, std::fabs(d));
  }
  error.frobenius = norm > 0 ? std::sqrt(difference / norm) : std::sqrt(difference);
  return error;
}

// Everything from element `from` on still holds the poison.
template <typename T>
bool untouched(const std::vector<T> &values, size_t from) {
  const unsigned char *bytes = reinterpret_cast<const unsigned char *>(values.data());
  for (size_t i = from * sizeof(T); i < values.size() * sizeof(T); ++i)
    if (bytes[i] != 0xff) return false;
  return true;
}

// Microseconds of one launch: median over replays of a graph of `launches` launches, each with the next set of buffers.
inline double microseconds(const std::function<cudaError_t(int, cudaStream_t)> &launch, int launches = 24) {
  cudaStream_t stream;
  must(cudaStreamCreate(&stream), "stream");
  cudaGraph_t graph;
  cudaGraphExec_t exec;
  must(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "capture");
  for (int i = 0; i < launches; ++i) must(launch(i, stream), "launch");
  must(cudaStreamEndCapture(stream, &graph), "capture");
  must(cudaGraphInstantiate(&exec, graph, 0), "instantiate");
  cudaEvent_t begin, end;
  must(cudaEventCreate(&begin), "event");
  must(cudaEventCreate(&end), "event");
  std::vector<float> times;
  for (int r = 0; r < 18; ++r) {
    must(cudaEventRecord(begin, stream), "record");
    must(cudaGraphLaunch(exec, stream), "replay");
    must(cudaEventRecord(end, stream), "record");
    must(cudaEventSynchronize(end), "replay");
    float ms = 0;
    must(cudaEventElapsedTime(&ms, begin, end), "elapsed");
    if (r >= 3) times.push_back(ms);
  }
  must(cudaGraphExecDestroy(exec), "destroy");
  must(cudaGraphDestroy(graph), "destroy");
  must(cudaStreamDestroy(stream), "destroy");
  std::sort(times.begin(), times.end());
  return times[times.size() / 2] * 1000.0 / launches;
}

inline void print_time(const char *what, const std::string &shape, double us, double bytes, double flop) {
  // Ceilings as measured on this card: a large copy, a large product.
  const double floor_us = std::max(bytes / 3.0e6, flop / 790e6);
  printf("%-22s %-34s %8.2f us  %6.2f TB/s  %6.1f TFLOP/s  floor %6.2f us  share %.2f\n", what, shape.c_str(), us,
         bytes / us * 1e-6, flop / us * 1e-6, floor_us, floor_us / us);
}

// cuBLAS as a yardstick, where the machine has it; never linked.
struct Yardstick {
  using Create = int (*)(void **);
  using SetStream = int (*)(void *, cudaStream_t);
  using Gemm = int (*)(void *, int, int, int, int, int, const void *, const void *, int, int, const void *, int, int,
                       const void *, void *, int, int, int, int);
  void *handle = nullptr;
  SetStream set_stream = nullptr;
  Gemm gemm = nullptr;

  Yardstick() {
    const char *path = getenv("CUBLAS");
    void *library = path ? dlopen(path, RTLD_NOW) : nullptr;
    if (!library) return;
    set_stream = reinterpret_cast<SetStream>(dlsym(library, "cublasSetStream_v2"));
    gemm = reinterpret_cast<Gemm>(dlsym(library, "cublasGemmEx"));
    const auto create = reinterpret_cast<Create>(dlsym(library, "cublasCreate_v2"));
    if (!create || !set_stream || !gemm || create(&handle) != 0) handle = nullptr;
  }

  // c[rows][columns] = a[rows][k] * b[columns][k]^T, no epilogue.
  cudaError_t multiply(const bf16 *a, const bf16 *b, bf16 *c, int rows, int columns, int k, cudaStream_t stream) const {
    const float one = 1, zero = 0;
    const int bf16_type = 14, float_sums = 68, tensor_default = 99;
    set_stream(handle, stream);
    return gemm(handle, 1, 0, columns, rows, k, &one, b, bf16_type, k, a, bf16_type, k, &zero, c, bf16_type, columns,
                float_sums, tensor_default) == 0
               ? cudaSuccess
               : cudaErrorUnknown;
  }
};

inline int verdict() {
  printf(failures() == 0 ? "all right\n" : "%d misses\n", failures());
  return failures() == 0 ? 0 : 1;
}

}  // namespace check
