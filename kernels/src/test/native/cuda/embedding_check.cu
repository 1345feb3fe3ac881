// Checks x = E[item] * sqrt(D) + P[i] and its norm against float64, then times it: embedding_check [time | small]
#include "embedding.cuh"
#include "products_check.cuh"

using namespace hstu;
using check::Device;

namespace {

struct Run {
  Shape shape;
  int rows, tokens;
  std::vector<int> offsets, items;
  std::vector<bf16> table;
  std::vector<float> positions;
  Device<int> device_offsets, device_items;
  Device<bf16> device_table, xn;
  Device<float> device_positions, x;
  Device<BatchHeader> header;
  EmbedArgs args;

  static std::vector<int> ragged(int users, int longest, uint64_t seed, bool full) {
    check::Random random(seed);
    std::vector<int> offsets{0};
    for (int u = 0; u < users; ++u)
      offsets.push_back(offsets.back() + (full ? longest : 1 + static_cast<int>(random.next() % longest)));
    return offsets;
  }
  static std::vector<int> drawn(int tokens, int items, uint64_t seed) {
    check::Random random(seed);
    std::vector<int> rows(tokens);
    for (int &row : rows) row = 1 + static_cast<int>(random.next() % items);
    return rows;
  }
  template <typename T, typename Make>
  static std::vector<T> matrix(int count, const Shape &s, uint64_t seed, float scale, Make make) {
    check::Random random(seed);
    std::vector<T> values(static_cast<size_t>(count) * s.dim_padded);
    for (int r = 0; r < count; ++r)
      for (int c = 0; c < s.dim_padded; ++c)
        values[static_cast<size_t>(r) * s.dim_padded + c] = make(c < s.dim ? random.normal() * scale : 0.0f);
    return values;
  }

  Run(Shape s, int users, int longest, int spare, float scale, uint64_t seed, bool full = false)
      : shape(s), offsets(ragged(users, longest, seed, full)), items(drawn(offsets.back(), s.items, seed)),
        table(matrix<bf16>(s.items + 1, s, seed, 0.02f * scale, [](float v) { return __float2bfloat16(v); })),
        positions(matrix<float>(s.slots, s, seed + 1, 0.1f * scale, [](float v) { return v; })), device_offsets(offsets),
        device_items(items), device_table(table), xn(static_cast<size_t>(offsets.back() + spare) * s.dim_padded),
        device_positions(positions), x(xn.count),
        header(std::vector<BatchHeader>{{users, offsets.back(), 1, 1}}) {
    tokens = offsets.back();
    rows = tokens + spare;
    args = {shape, header.data, rows, device_offsets.data, device_items.data, device_table.data, device_positions.data,
            x.data, xn.data};
  }
};

void against_float64(const Shape &shape, int users, int longest, float scale) {
  Run run(shape, users, longest, 77, scale, users + shape.dim);
  const int dim = shape.dim_padded;
  std::vector<double> x(static_cast<size_t>(run.tokens) * dim, 0), xn = x;
  for (int u = 0; u < users; ++u)
    for (int t = run.offsets[u]; t < run.offsets[u + 1]; ++t) {
      double mean = 0, variance = 0;
      double *row = &x[static_cast<size_t>(t) * dim];
      for (int c = 0; c < shape.dim; ++c) {
        row[c] = check::value(run.table[static_cast<size_t>(run.items[t]) * dim + c]) * sqrt(double(shape.dim)) +
                 run.positions[static_cast<size_t>(t - run.offsets[u]) * dim + c];
        mean += row[c] / shape.dim;
      }
      for (int c = 0; c < shape.dim; ++c) variance += (row[c] - mean) * (row[c] - mean) / shape.dim;
      for (int c = 0; c < shape.dim; ++c) xn[static_cast<size_t>(t) * dim + c] = (row[c] - mean) / sqrt(variance + 1e-6);
    }
  for (const auto embed_kernel : {embed_reference, embed}) {
    run.x.poison();
    run.xn.poison();
    check::must(embed_kernel(run.args, nullptr), "embed");
    check::must(cudaDeviceSynchronize(), "embed");
    const auto got_x = run.x.read();
    const auto got_xn = run.xn.read();
    const check::Error e = check::error_of(got_x, x), en = check::error_of(got_xn, xn);
    const std::string what = check::name(shape, run.tokens);
    printf("%-36s users %4d  x error %.2e  xn %.2e largest %.1e\n", what.c_str(), users, e.frobenius, en.frobenius,
           en.largest);
    check::expect(e.frobenius < 1e-6, what + " x");
    check::expect(en.frobenius < 4e-3, what + " xn");
    check::expect(check::untouched(got_x, x.size()) && check::untouched(got_xn, x.size()),
                  what + " wrote past the last token");
  }
}

void time(Shape shape, int users, int length) {
  shape.items = 100'000;
  shape.slots = length + 1;
  std::vector<Run> runs;
  const int sets = users * length > 8192 ? 3 : 12;
  for (int s = 0; s < sets; ++s) runs.emplace_back(shape, users, length, 0, 1.0f, s, true);
  const int tokens = users * length;
  check::print_time("embed", check::name(shape, tokens),
                    check::microseconds([&](int i, cudaStream_t s) { return embed(runs[i % sets].args, s); }),
                    8.0 * tokens * shape.dim_padded, 0);
}

}  // namespace

int main(int count, char **arguments) {
  const check::Mode mode(count, arguments);
  for (const int dim : {1, 50, 64, 100, 128, 130, 256, 300, 512, 1024, 2000})
    against_float64(check::shape_of(dim, 1, 32, 32, 200), dim % 7 + 1, 190, 1);
  against_float64(check::shape_of(256, 4, 64, 64, 200), 1, 1, 1);
  against_float64(check::shape_of(256, 4, 64, 64, 200), 500, 3, 1);
  against_float64(check::shape_of(256, 4, 64, 64, 200), 33, 100, 1000);
  against_float64(check::shape_of(256, 4, 64, 64, 200), 33, 100, 0);
  if (mode.time) {
    time(check::shape_of(256, 4, 64, 64), 64, 512);
    time(check::shape_of(512, 8, 64, 64), 8, 2048);
    time(check::shape_of(50, 2, 25, 25), 128, 200);
    time(check::shape_of(256, 4, 64, 64), 1, 512);
  }
  return check::verdict();
}
