// Holds the attention kernels to the plain one over random, ragged, tail and extreme batches, then times them.
//   attention_check [--time]     ("*" marks the tiles that a batch of these sizes is served with)
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "attention.cuh"
#include "batch.h"
#include "check.cuh"
#include "hopper.cuh"

namespace {

using namespace hstu;

struct Case {
  Shape shape;
  std::vector<int> lengths;
  bool sorted = true;
  float spread = 1.f;  // of the projection's values
  bool flat = false;   // all events at one time
};

Shape shape_of(int slots, int heads, int query_dim, int value_dim) {
  Shape s{};
  s.max_events = slots;
  s.slots = slots;
  s.heads = heads;
  s.query_dim = query_dim;
  s.value_dim = value_dim;
  const int widest = std::max(query_dim, value_dim);
  s.width = widest <= 32 ? 32 : widest <= 64 ? 64 : 128;
  s.hidden = heads * s.width;
  s.blocks = 1;
  return s;
}

__global__ void fill(bf16 *uvqk, size_t rows, Shape shape, float spread, uint64_t seed) {
  const size_t count = rows * shape.projection();
  for (size_t i = blockIdx.x * static_cast<size_t>(blockDim.x) + threadIdx.x; i < count; i += gridDim.x * static_cast<size_t>(blockDim.x)) {
    uint64_t x = (i + seed) * 0x9e3779b97f4a7c15ull;
    x ^= x >> 31;
    x *= 0xbf58476d1ce4e5b9ull;
    x ^= x >> 29;
    x *= 0x94d049bb133111ebull;
    x ^= x >> 32;
    const float uniform = static_cast<float>(x & 0xffffff) / 16777216.f - 0.5f;
    const int column = i % shape.projection() % shape.hidden % shape.width;
    const int real = i % shape.projection() < 2 * shape.hidden ? shape.value_dim : shape.query_dim;
    uvqk[i] = __float2bfloat16(column < real ? 2 * spread * uniform : 0.f);
  }
}

struct Batch {
  BatchHeader header{};
  std::vector<int> offsets, time_offsets, times;
  std::vector<QTile> tiles;
};

Batch batch_of(const Case &c, int rows, std::mt19937_64 &random) {
  Batch batch;
  batch.header.users = static_cast<int>(c.lengths.size());
  batch.header.sorted = c.sorted;
  batch.offsets.push_back(0);
  for (int u = 0; u < batch.header.users; u++) {
    const int length = c.lengths[u];
    batch.offsets.push_back(batch.offsets.back() + length);
    batch.time_offsets.push_back(static_cast<int>(batch.times.size()));
    // Sessions: mostly minutes between events, now and then days.
    int64_t now = 0;
    for (int i = 0; i <= length; i++) {
      batch.times.push_back(static_cast<int>(now));
      const double chance = c.flat ? 0.0 : random() % 1000 / 1000.0;
      const int64_t gap = chance < 0.1 ? 0 : chance < 0.9 ? static_cast<int64_t>(random() % 300) : static_cast<int64_t>(random() % 200000);
      now = std::min<int64_t>(now + gap, 0x7fffffff);
    }
    if (!c.sorted) {
      auto first = batch.times.end() - length - 1;
      std::shuffle(first, batch.times.end(), random);
    }
    batch.times.resize((batch.times.size() + kTimeAlignment - 1) / kTimeAlignment * kTimeAlignment, 7);
  }
  batch.times.resize(batch.times.size() + kTimeSlack, 7);
  batch.header.tokens = batch.offsets.back();
  batch.tiles.resize(BatchCapacity{batch.header.users, batch.header.tokens}.q_tiles());
  batch.header.q_tiles = list_tiles(batch.offsets.data(), batch.time_offsets.data(), batch.header.users, c.shape, rows,
                                    batch.tiles.data());
  return batch;
}

struct Ready {
  AttentionArgs args{};
  CUtensorMap map;
  bf16 *uvqk = nullptr;
  bf16 *o = nullptr;
  std::vector<void *> owned;
  template <typename T>
  T *upload(const std::vector<T> &values) {
    T *target = nullptr;
    CHECK(cudaMalloc(&target, std::max<size_t>(values.size(), 1) * sizeof(T)));
    CHECK(cudaMemcpy(target, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice));
    owned.push_back(target);
    return target;
  }
  ~Ready() {
    for (void *p : owned) cudaFree(p);
  }
};

struct Bias {
  std::vector<float> positions, times;
  float *device_positions, *device_times;
  int64_t *device_edges;
  void *tables;
};

Bias bias_of(Ready &ready, const Shape &shape, std::mt19937_64 &random) {
  Bias bias;
  std::normal_distribution<float> normal(0.f, 0.5f);
  bias.positions.resize(2 * shape.slots - 1);
  bias.times.resize(129);
  for (float &p : bias.positions) p = normal(random);
  for (float &t : bias.times) t = normal(random);
  bias.device_positions = ready.upload(bias.positions);
  bias.device_times = ready.upload(bias.times);
  bias.device_edges = ready.upload(check::edges());
  std::vector<char> tables(bias_tables_bytes(shape.slots));
  bias_tables(tables.data(), bias.positions.data(), bias.times.data(), check::edges().data(), shape.slots);
  bias.tables = ready.upload(tables);
  return bias;
}

void place(Ready &ready, const Case &c, const Batch &batch, const TileForm &form) {
  ready.args.shape = c.shape;
  ready.args.form = form;
  ready.args.counters = ready.upload(std::vector<WorkCounters>(1));
  ready.args.most_q_tiles = static_cast<int>(batch.tiles.size());
  ready.args.batch.header = ready.upload(std::vector<BatchHeader>{batch.header});
  ready.args.batch.offsets = ready.upload(batch.offsets);
  ready.args.batch.time_offsets = ready.upload(batch.time_offsets);
  ready.args.batch.times = ready.upload(batch.times);
  ready.args.batch.q_tiles = ready.upload(batch.tiles);
}

// Relative error by Frobenius norm, or NaN where an entry isn't finite; rows past the batch must still hold the poison.
double error_of(const bf16 *o, const float *reference, const Case &c, int tokens, int capacity, double *largest) {
  const size_t count = static_cast<size_t>(capacity) * c.shape.hidden;
  std::vector<bf16> got(count);
  std::vector<float> expected(static_cast<size_t>(tokens) * c.shape.hidden);
  CHECK(cudaMemcpy(got.data(), o, count * sizeof(bf16), cudaMemcpyDeviceToHost));
  CHECK(cudaMemcpy(expected.data(), reference, expected.size() * sizeof(float), cudaMemcpyDeviceToHost));
  double squares = 0, difference = 0;
  *largest = 0;
  for (size_t i = 0; i < expected.size(); i++) {
    const double delta = static_cast<double>(__bfloat162float(got[i])) - expected[i];
    if (!std::isfinite(delta)) return NAN;
    squares += static_cast<double>(expected[i]) * expected[i];
    difference += delta * delta;
    *largest = std::max(*largest, std::fabs(delta));
  }
  for (size_t i = expected.size(); i < count; i++) {
    if (reinterpret_cast<const uint16_t *>(got.data())[i] != 0x7fc1) return NAN;
  }
  return squares == 0 ? std::sqrt(difference) : std::sqrt(difference / squares);
}

struct Way {
  const char *name;
  Path path;
  TileForm form;
};

// The forms that each path has for heads of a width.
std::vector<Way> ways_of(int width) {
  const TileForm widest{192, kMaxHeadWidth / width};
  std::vector<Way> ways = {{"hopper 128 x 1", Path::kHopper, {128, 1}}};
  if (width == kPairedWidth) ways.push_back({"hopper 128 x 2", Path::kHopper, {128, 2}});
  ways.push_back({"hopper 192    ", Path::kHopper, widest});
  ways.push_back({"ampere 128    ", Path::kAmpere, {128, 1}});
  ways.push_back({"ampere 192    ", Path::kAmpere, widest});
  return ways;
}

// All ways against the reference; a path's forms give the same bits.
bool check_case(const char *name, const Case &c) {
  bool good = true;
  std::map<Path, std::vector<uint16_t>> first_bits;
  for (const Way &way : ways_of(c.shape.width)) {
    std::mt19937_64 random(17);
    Ready ready;
    const Batch batch = batch_of(c, way.form.rows, random);
    place(ready, c, batch, way.form);
    const Bias bias = bias_of(ready, c.shape, random);
    const int tokens = batch.header.tokens;
    const int capacity = tokens + 70;
    CHECK(cudaMalloc(&ready.uvqk, static_cast<size_t>(capacity) * c.shape.projection() * sizeof(bf16)));
    CHECK(cudaMalloc(&ready.o, static_cast<size_t>(capacity) * c.shape.hidden * sizeof(bf16)));
    float *reference;
    CHECK(cudaMalloc(&reference, static_cast<size_t>(tokens) * c.shape.hidden * sizeof(float)));
    ready.owned.insert(ready.owned.end(), {ready.uvqk, ready.o, reference});
    fill<<<512, 256>>>(ready.uvqk, capacity, c.shape, c.spread, 99);
    std::vector<uint16_t> poison(static_cast<size_t>(capacity) * c.shape.hidden, 0x7fc1);
    CHECK(cudaMemcpy(ready.o, poison.data(), poison.size() * 2, cudaMemcpyHostToDevice));
    CHECK(tensor_map(&ready.map, ready.uvqk, capacity, c.shape.projection(), c.shape.projection(), 64,
                     std::min(c.shape.width, 64)));
    ready.args.map = &ready.map;
    ready.args.uvqk = ready.uvqk;
    ready.args.o = ready.o;
    ready.args.tables = bias.tables;
    CHECK(attention_reference(ready.args, tokens, bias.device_positions, bias.device_times, bias.device_edges, reference,
                              nullptr));
    CHECK(cudaDeviceSynchronize());
    CHECK(attention(ready.args, way.path, nullptr));
    CHECK(cudaDeviceSynchronize());
    double largest;
    const double error = error_of(ready.o, reference, c, tokens, capacity, &largest);
    std::vector<uint16_t> bits(static_cast<size_t>(tokens) * c.shape.hidden);
    CHECK(cudaMemcpy(bits.data(), ready.o, bits.size() * 2, cudaMemcpyDeviceToHost));
    const bool same = first_bits.try_emplace(way.path, bits).first->second == bits;
    const bool met = error < 4e-3 && same;
    printf("%-22s d=%-3d %s  tokens %6d  error %.2e  largest %.2e  %s%s\n", name, c.shape.width, way.name, tokens, error,
           largest, met ? "ok" : "MISS", same ? "" : " (bits differ between forms)");
    good &= met;
  }
  return good;
}

std::vector<int> uniform_lengths(int users, int most, std::mt19937_64 &random) {
  std::vector<int> lengths(users);
  for (int &l : lengths) l = std::max(1, most / 10 + static_cast<int>(random() % (most - most / 10 + 1)));
  return lengths;
}

double flops(const Case &c) {
  double sum = 0;
  for (int l : c.lengths) sum += 2.0 * c.shape.heads * (c.shape.query_dim + c.shape.value_dim) * l * static_cast<double>(l) / 2;
  return sum;
}

void time_case(const char *name, const Case &c, const Way &way) {
  std::mt19937_64 random(23);
  Ready ready;
  const Batch batch = batch_of(c, way.form.rows, random);
  place(ready, c, batch, way.form);
  ready.args.most_q_tiles = batch.header.q_tiles;
  const Bias bias = bias_of(ready, c.shape, random);
  const int tokens = batch.header.tokens;
  CHECK(cudaMalloc(&ready.uvqk, static_cast<size_t>(tokens) * c.shape.projection() * sizeof(bf16)));
  CHECK(cudaMalloc(&ready.o, static_cast<size_t>(tokens) * c.shape.hidden * sizeof(bf16)));
  ready.owned.insert(ready.owned.end(), {ready.uvqk, ready.o});
  fill<<<512, 256>>>(ready.uvqk, tokens, c.shape, 1.f, 5);
  CHECK(tensor_map(&ready.map, ready.uvqk, tokens, c.shape.projection(), c.shape.projection(), 64,
                   std::min(c.shape.width, 64)));
  ready.args.map = &ready.map;
  ready.args.uvqk = ready.uvqk;
  ready.args.o = ready.o;
  ready.args.tables = bias.tables;
  const check::Times times = check::times_after_flush([&] { CHECK(attention(ready.args, way.path, nullptr)); });
  const double milliseconds = times.median;
  const double idle = check::median_milliseconds([&] { CHECK(attention(ready.args, way.path, nullptr)); });
  const TileForm chosen = tile_form(c.shape, batch.offsets.data(), batch.header.users);
  const bool served = way.path == Path::kHopper && way.form.rows == chosen.rows && way.form.heads == chosen.heads;
  const double bytes = static_cast<double>(tokens) * c.shape.hidden * 2 * 4;
  const double floor = std::max(bytes / 3.0e12, flops(c) / 790e12);  // measured copy and matrix ceilings
  const double work = flops(c) / 1e9;  // over milliseconds: TFLOP/s
  printf("time %-24s %s%s  %8.1f us (p7 %.1f, p93 %.1f)  %6.1f TFLOP/s (%.0f..%.0f)  floor %6.1f us  %3.0f %% of it; "
         "into an idle stream %.1f us, %.0f TFLOP/s\n",
         name, way.name, served ? " *" : "  ", milliseconds * 1e3, times.low * 1e3, times.high * 1e3, work / milliseconds,
         work / times.high, work / times.low, floor * 1e6, floor / milliseconds * 1e5, idle * 1e3, work / idle);
}

}  // namespace

int main(int argc, char **argv) {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  if (argc > 3 && std::string(argv[1]) == "--profile") {
    const int n = atoi(argv[3]);
    time_case("profile", {shape_of(n, 4, 64, 64), std::vector<int>(65536 / n, n)}, ways_of(64)[atoi(argv[2])]);
    return 0;
  }
  const bool timed = argc > 1 && std::string(argv[1]) == "--time";
  std::mt19937_64 random(3);
  bool good = true;
  for (int width : {64, 128, 32}) {
    const int narrow = width == 32 ? 25 : width == 64 ? 50 : 100;
    std::vector<int> around;
    for (int edge : {64, 128, 192, 256, 384}) {
      for (int l = edge - 1; l <= edge + 1; l++) around.push_back(l);
    }
    around.push_back(1);
    around.push_back(2);
    good &= check_case("one event", {shape_of(11, 1, width, width), {1}});
    good &= check_case("around a tile", {shape_of(400, 2, width, width), around});
    good &= check_case("many short users", {shape_of(100, 4, width, width), uniform_lengths(700, 90, random)});
    good &= check_case("ragged, odd heads", {shape_of(700, 3, narrow, width), uniform_lengths(40, 700, random)});
    good &= check_case("narrow", {shape_of(211, 2, narrow, narrow), uniform_lengths(33, 200, random)});
    good &= check_case("one wide", {shape_of(211, 1, 1, width), uniform_lengths(33, 200, random)});
    good &= check_case("unsorted times", {shape_of(700, 2, width, width), uniform_lengths(10, 600, random), false});
    good &= check_case("times equal", {shape_of(700, 2, width, width), uniform_lengths(10, 600, random), true, 1.f, true});
    good &= check_case("large values", {shape_of(512, 2, width, width), {512, 400, 3}, true, 8.f});
    good &= check_case("tiny values", {shape_of(512, 2, width, width), {512, 77}, true, 1e-3f});
    good &= check_case("long", {shape_of(5000, 1, width, width), {5000, 4097}});
    good &= check_case("long, two heads", {shape_of(3000, 2, width, width), {3000, 1, 2049, 1025, 65}});
  }
  if (timed) {
    for (int width : {64, 128, 32}) {
      for (int n : {512, 2048, 8192}) {
        for (const Way &way : ways_of(width)) {
          if (way.path == Path::kAmpere && way.form.rows != 128) continue;
          char name[64];
          snprintf(name, sizeof name, "d=%d n=%d full", width, n);
          time_case(name, {shape_of(n, 4, width, width), std::vector<int>(65536 / n, n)}, way);
          if (width != 64) continue;
          snprintf(name, sizeof name, "d=%d n=%d ragged", width, n);
          std::mt19937_64 lengths(9);
          time_case(name, {shape_of(n, 4, width, width), uniform_lengths(65536 / n, n, lengths)}, way);
          if (way.path == Path::kAmpere) continue;
          snprintf(name, sizeof name, "d=%d n=%d times equal", width, n);
          time_case(name, {shape_of(n, 4, width, width), std::vector<int>(65536 / n, n), true, 1.f, true}, way);
        }
      }
    }
  }
  printf(good ? "attention: all checks passed\n" : "attention: MISS\n");
  return good ? 0 : 1;
}
