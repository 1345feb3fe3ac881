// Checks silu(xn * Wp^T) on both paths against float64, then times it: projection_check [time | small]
#include "products_check.cuh"
#include "projection.cuh"

using namespace hstu;
using check::Device;

namespace {

struct Inputs {
  Shape shape;
  int rows;
  std::vector<bf16> xn, weights;

  // Rows from `tokens` on are NaN: whoever reads them into a result is found out.
  Inputs(const Shape &s, int capacity, int tokens, float scale, uint64_t seed) : shape(s), rows(capacity) {
    check::Random random(seed);
    xn.assign(static_cast<size_t>(rows) * s.dim_padded, __float2bfloat16(NAN));
    for (int r = 0; r < tokens; ++r)
      for (int c = 0; c < s.dim_padded; ++c)
        xn[static_cast<size_t>(r) * s.dim_padded + c] = __float2bfloat16(c < s.dim ? random.normal() * scale : 0);
    weights.assign(static_cast<size_t>(s.projection()) * s.dim_padded, __float2bfloat16(0));
    for (int n = 0; n < s.projection(); ++n) {
      const int real = n < 2 * s.hidden ? s.value_dim : s.query_dim;
      if (n % s.width >= real) continue;
      for (int c = 0; c < s.dim; ++c)
        weights[static_cast<size_t>(n) * s.dim_padded + c] = __float2bfloat16(random.normal() * 0.08f);
    }
  }

  std::vector<double> expected(int tokens) const {
    const int dim = shape.dim_padded, width = shape.projection();
    std::vector<float> a(xn.size()), b(weights.size());
    for (size_t i = 0; i < xn.size(); ++i) a[i] = check::value(xn[i]);
    for (size_t i = 0; i < weights.size(); ++i) b[i] = check::value(weights[i]);
    std::vector<double> want(static_cast<size_t>(tokens) * width);
    for (int r = 0; r < tokens; ++r)
      for (int n = 0; n < width; ++n) {
        double sum = 0;
        for (int k = 0; k < shape.dim; ++k)
          sum += static_cast<double>(a[static_cast<size_t>(r) * dim + k]) * b[static_cast<size_t>(n) * dim + k];
        want[static_cast<size_t>(r) * width + n] = sum / (1 + exp(-sum));
      }
    return want;
  }
};

struct Run {
  Device<bf16> xn, weights, uvqk;
  Device<BatchHeader> header;
  ProjectArgs args;

  Run(const Inputs &in, int tokens)
      : xn(in.xn), weights(in.weights), uvqk(static_cast<size_t>(in.rows) * in.shape.projection()),
        header(std::vector<BatchHeader>{{1, tokens, 1, 1}}),
        args{in.shape, header.data, in.rows, xn.data, weights.data, uvqk.data, {}, 0} {}

  std::vector<bf16> result(cudaError_t (*project)(const ProjectArgs &, cudaStream_t)) {
    uvqk.poison();
    check::must(project(args, nullptr), "project");
    check::must(cudaDeviceSynchronize(), "project");
    return uvqk.read();
  }
};

void against_float64(const Shape &shape, int capacity, int tokens, float scale) {
  const Inputs in(shape, capacity, tokens, scale, 7 * tokens + shape.dim);
  Run run(in, tokens);
  const std::vector<double> want = in.expected(tokens);
  const auto plain = run.result(project_reference), hopper = run.result(project_hopper), ampere = run.result(project_ampere);
  const check::Error e0 = check::error_of(plain, want), e1 = check::error_of(hopper, want),
                     e2 = check::error_of(ampere, want);
  const std::string what = check::name(shape, tokens);
  printf("%-36s scale %5.1f  error plain %.2e hopper %.2e ampere %.2e  largest %.1e %.1e %.1e\n", what.c_str(), scale,
         e0.frobenius, e1.frobenius, e2.frobenius, e0.largest, e1.largest, e2.largest);
  check::expect(e0.frobenius < 4e-3, what + " reference");
  check::expect(e1.frobenius <= 2 * e0.frobenius + 1e-5, what + " hopper");
  check::expect(e2.frobenius <= 2 * e0.frobenius + 1e-5, what + " ampere");
  const size_t end = static_cast<size_t>(tokens) * shape.projection();
  check::expect(check::untouched(hopper, end), what + " hopper wrote past the last token");
  check::expect(check::untouched(ampere, end), what + " ampere wrote past the last token");
}

// The last block's call: v and k alone, equal to the same columns of a whole call.
void ranges(const Shape &shape, int capacity, int tokens) {
  const Inputs in(shape, capacity, tokens, 1, 5);
  Run run(in, tokens);
  for (const auto project : {project_hopper, project_ampere}) {
    run.args.range_count = 0;
    const auto whole = run.result(project);
    run.args.range_count = 2;
    run.args.ranges[0] = {shape.hidden, shape.hidden};
    run.args.ranges[1] = {3 * shape.hidden, shape.hidden};
    const auto part = run.result(project);
    bool equal = true;
    for (int r = 0; r < tokens; ++r)
      for (const ColumnRange &range : run.args.ranges)
        equal &= memcmp(&part[static_cast<size_t>(r) * shape.projection() + range.start],
                        &whole[static_cast<size_t>(r) * shape.projection() + range.start], range.count * 2) == 0;
    check::expect(equal, check::name(shape, tokens) + " v and k alone");
  }
}

// A row's bits don't depend on how many rows there are, nor on the tiles chosen for them.
void invariance(const Shape &shape) {
  const int most = 20000;
  const Inputs in(shape, most, most, 1, 3);
  Run run(in, most);
  for (const auto project : {project_hopper, project_ampere}) {
    run.args.rows = most;
    run.header.write({{1, most, 1, 1}});
    const auto all = run.result(project);
    for (const int tokens : {1, 64, 200, 511, 2048, 9000}) {
      run.args.rows = tokens;
      run.header.write({{1, tokens, 1, 1}});
      const auto some = run.result(project);
      check::expect(memcmp(some.data(), all.data(), static_cast<size_t>(tokens) * shape.projection() * 2) == 0,
                    check::name(shape, tokens) + " bits differ from a larger batch's");
    }
  }
}

// All tokens of a large batch against the plain kernel.
void against_reference(const Shape &shape, int tokens) {
  const Inputs in(shape, tokens, tokens, 1, 11);
  Run run(in, tokens);
  const auto plain = run.result(project_reference);
  const auto want = check::widen(plain, plain.size());
  for (const auto project : {project_hopper, project_ampere}) {
    const check::Error e = check::error_of(run.result(project), want);
    printf("%-36s against the reference %.2e largest %.1e\n", check::name(shape, tokens).c_str(), e.frobenius, e.largest);
    check::expect(e.frobenius < 3e-3, check::name(shape, tokens) + " against the reference");
  }
}

void time(const Shape &shape, int tokens, bool last_block, const check::Yardstick &yardstick) {
  const size_t set_bytes = static_cast<size_t>(tokens) * (shape.dim_padded + shape.projection()) * 2;
  const int sets = static_cast<int>(std::min<size_t>(24, 200'000'000 / set_bytes + 2));
  std::vector<Run> runs;
  const Inputs in(shape, tokens, tokens, 1, 1);
  for (int s = 0; s < sets; ++s) {
    runs.emplace_back(in, tokens);
    if (!last_block) continue;
    runs.back().args.range_count = 2;
    runs.back().args.ranges[0] = {shape.hidden, shape.hidden};
    runs.back().args.ranges[1] = {3 * shape.hidden, shape.hidden};
  }
  const int columns = last_block ? 2 * shape.hidden : shape.projection();
  const double bytes = 2.0 * tokens * (shape.dim_padded + columns) + 2.0 * columns * shape.dim_padded;
  const double flop = 2.0 * tokens * columns * shape.dim_padded;
  const std::string what = check::name(shape, tokens) + (last_block ? " v,k" : "");
  check::print_time("project hopper", what,
                    check::microseconds([&](int i, cudaStream_t s) { return project_hopper(runs[i % sets].args, s); }),
                    bytes, flop);
  if (last_block) return;
  if (tokens <= 32768)
    check::print_time("project ampere", what,
                      check::microseconds([&](int i, cudaStream_t s) { return project_ampere(runs[i % sets].args, s); }),
                      bytes, flop);
  if (yardstick.handle)
    check::print_time("cuBLAS, no SiLU", what, check::microseconds([&](int i, cudaStream_t s) {
                        const ProjectArgs &a = runs[i % sets].args;
                        return yardstick.multiply(a.xn, a.weights, a.uvqk, tokens, columns, shape.dim_padded, s);
                      }),
                      bytes, flop);
}

}  // namespace

int main(int count, char **arguments) {
  const check::Mode mode(count, arguments);
  for (const int tokens : {1, 63, 64, 65, 130})
    against_float64(check::shape_of(256, 4, 64, 64), tokens + 70, tokens, 1);
  against_float64(check::shape_of(1, 1, 1, 1), 33, 33, 1);
  against_float64(check::shape_of(50, 2, 25, 25), 640, 611, 1);
  against_float64(check::shape_of(50, 1, 50, 50), 128, 127, 1);
  against_float64(check::shape_of(100, 3, 17, 31), 300, 257, 1);
  against_float64(check::shape_of(130, 5, 32, 7), 100, 99, 1);
  ranges(check::shape_of(50, 3, 25, 25), 300, 270);
  ranges(check::shape_of(50, 1, 25, 25), 70, 66);
  if (mode.large) {
    against_float64(check::shape_of(512, 8, 64, 64), 200, 190, 1);
    against_float64(check::shape_of(1024, 3, 128, 100), 80, 77, 1);
    for (const float scale : {30.0f, 0.0f}) against_float64(check::shape_of(256, 4, 64, 64), 128, 100, scale);
    ranges(check::shape_of(256, 4, 64, 64), 1000, 900);
    invariance(check::shape_of(256, 4, 64, 64));
    invariance(check::shape_of(512, 4, 64, 64));
    invariance(check::shape_of(50, 2, 25, 25));
    against_reference(check::shape_of(256, 4, 64, 64), 32768);
    against_reference(check::shape_of(512, 8, 64, 64), 16384);
  }
  if (mode.time) {
    const check::Yardstick yardstick;
    time(check::shape_of(256, 4, 64, 64), 32768, false, yardstick);
    time(check::shape_of(256, 4, 64, 64), 32768, true, yardstick);
    time(check::shape_of(512, 8, 64, 64), 16384, false, yardstick);
    time(check::shape_of(512, 8, 64, 64), 16384, true, yardstick);
    time(check::shape_of(256, 4, 64, 64), 18000, false, yardstick);
    time(check::shape_of(256, 4, 64, 64), 512, false, yardstick);
    time(check::shape_of(256, 4, 64, 64), 200, false, yardstick);
    time(check::shape_of(50, 2, 25, 25), 25600, false, yardstick);
  }
  return check::verdict();
}
