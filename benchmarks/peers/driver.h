// One peer of `hstu bench search`: a process that builds or opens its index and then answers slices of queries,
// as it is told to on standard input, one line each, so that its turns alternate with everyone else's.
//
//   DRIVER BASE.fbin QUERIES.fbin INDEX_FOLDER BUILD_THREADS
//
// It first writes one line of JSON: name, effort (what its parameter is called), batch, buildSeconds,
// buildCpuSeconds, buildThreads, diskBytes, memoryBytes. A line `K EFFORT FIRST COUNT` is then answered by, little-endian,
//   int32 calls, int64 nanos[calls], int64 cpuNanos of all calls, int32 ids[COUNT][K]    (-1 where fewer were found)
// and the end of input ends it. Everything is timed on one thread.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace peers {

// A .fbin file as in big-ann-benchmarks: uint32 rows, uint32 dimension, float32 [rows][dimension].
struct Vectors {
  uint32_t rows = 0;
  uint32_t dimension = 0;
  const float* data = nullptr;

  const float* row(size_t i) const { return data + i * dimension; }

  static Vectors read(const std::string& path) {
    int file = open(path.c_str(), O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) throw std::runtime_error("cannot read " + path);
    void* mapped = mmap(nullptr, status.st_size, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) throw std::runtime_error("cannot map " + path);
    Vectors vectors;
    memcpy(&vectors.rows, mapped, 4);
    memcpy(&vectors.dimension, static_cast<char*>(mapped) + 4, 4);
    vectors.data = reinterpret_cast<const float*>(static_cast<char*>(mapped) + 8);
    if (static_cast<uint64_t>(status.st_size) != 8 + 4ull * vectors.rows * vectors.dimension) {
      throw std::runtime_error(path + " has not the size that its header says");
    }
    return vectors;
  }
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::string name() const = 0;
  // What the parameter of a search is called.
  virtual std::string effort() const = 0;
  // Queries a call.
  virtual int batch() const { return 1; }
  // Builds and saves into the folder, by so many threads.
  virtual void build(const Vectors& base, const std::string& folder, int threads) = 0;
  virtual void open(const Vectors& base, const std::string& folder) = 0;
  virtual uint64_t diskBytes(const std::string& folder) const = 0;
  virtual uint64_t memoryBytes() const = 0;
  // Answers `count` queries in one call: ids [count][k].
  virtual void search(const float* queries, int count, int k, int effort, int32_t* ids) = 0;
};

inline double cpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

inline int64_t threadCpuNanos() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1000000000ll + now.tv_nsec;
}

inline double wallSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline int64_t nanos() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

inline uint64_t fileBytes(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 ? status.st_size : 0;
}

// What the build cost, kept beside the index: its presence says that the index is whole.
inline std::string buildRecord(Engine& engine, const Vectors& base, const std::string& folder, int threads) {
  std::string path = folder + "/build.record";
  if (fileBytes(path) == 0) {
    double cpu = cpuSeconds();
    double wall = wallSeconds();
    engine.build(base, folder, threads);
    std::ostringstream line;
    line << "\"buildSeconds\":" << wallSeconds() - wall << ",\"buildCpuSeconds\":" << cpuSeconds() - cpu
         << ",\"buildThreads\":" << threads;
    std::ofstream(path) << line.str();
    return line.str();
  }
  std::string line;
  std::ifstream stored(path);
  std::getline(stored, line);
  engine.open(base, folder);
  return line;
}

template <typename T>
void writeAll(const std::vector<T>& values) {
  if (fwrite(values.data(), sizeof(T), values.size(), stdout) != values.size()) exit(1);
}

inline void answer(Engine& engine, const Vectors& queries, int k, int effort, int first, int count) {
  if (k < 1 || first < 0 || count < 1 || static_cast<uint32_t>(first) + count > queries.rows) {
    throw std::runtime_error("slice outside the queries");
  }
  std::vector<int64_t> times;
  int64_t cpu = threadCpuNanos();
  std::vector<int32_t> ids(static_cast<size_t>(count) * k, -1);
  for (int q = 0; q < count; q += engine.batch()) {
    int size = std::min(engine.batch(), count - q);
    int64_t start = nanos();
    engine.search(queries.row(first + q), size, k, effort, ids.data() + static_cast<size_t>(q) * k);
    times.push_back(nanos() - start);
  }
  std::vector<int64_t> cpuNanos = {threadCpuNanos() - cpu};
  std::vector<int32_t> calls = {static_cast<int32_t>(times.size())};
  writeAll(calls);
  writeAll(times);
  writeAll(cpuNanos);
  writeAll(ids);
  fflush(stdout);
}

inline int run(Engine& engine, int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: " << argv[0] << " BASE.fbin QUERIES.fbin INDEX_FOLDER BUILD_THREADS\n";
    return 2;
  }
  try {
    Vectors base = Vectors::read(argv[1]);
    Vectors queries = Vectors::read(argv[2]);
    std::string folder = argv[3];
    std::string record = buildRecord(engine, base, folder, std::atoi(argv[4]));
    std::ostringstream greeting;
    greeting << "{\"name\":\"" << engine.name() << "\",\"effort\":\"" << engine.effort()
             << "\",\"batch\":" << engine.batch() << "," << record << ",\"diskBytes\":" << engine.diskBytes(folder)
             << ",\"memoryBytes\":" << engine.memoryBytes() << "}\n";
    fputs(greeting.str().c_str(), stdout);
    fflush(stdout);
    int k, effort, first, count;
    while (std::cin >> k >> effort >> first >> count) answer(engine, queries, k, effort, first, count);
    return 0;
  } catch (const std::exception& e) {
    std::cerr << argv[0] << ": " << e.what() << "\n";
    return 1;
  }
}

}  // namespace peers
