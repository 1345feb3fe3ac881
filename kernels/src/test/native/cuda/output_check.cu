// Checks x += (u * layerNorm(o)) * Wo^T + bo and its norm on both paths against float64, then times it: output_check [time | small]
#include "output.cuh"
#include "products_check.cuh"
#include "projection.cuh"

using namespace hstu;
using check::Device;

namespace {

struct Inputs {
  Shape shape;
  int rows;
  std::vector<bf16> uvqk, attended, weights;
  std::vector<float> bias, x;

  // Rows from `tokens` on are NaN: whoever reads them into a result is found out. Row 1 of o is all zeros.
  Inputs(const Shape &s, int capacity, int tokens, float scale, uint64_t seed) : shape(s), rows(capacity) {
    check::Random random(seed);
    uvqk.assign(static_cast<size_t>(rows) * s.projection(), __float2bfloat16(NAN));
    attended.assign(static_cast<size_t>(rows) * s.hidden, __float2bfloat16(NAN));
    x.assign(static_cast<size_t>(rows) * s.dim_padded, NAN);
    for (int r = 0; r < tokens; ++r) {
      for (int c = 0; c < s.hidden; ++c) {
        const bool real = c % s.width < s.value_dim;
        uvqk[static_cast<size_t>(r) * s.projection() + c] = __float2bfloat16(real ? random.normal() : 0);
        attended[static_cast<size_t>(r) * s.hidden + c] =
            __float2bfloat16(real && r != 1 ? (random.normal() + 0.3f) * scale : 0);
      }
      for (int c = 0; c < s.dim_padded; ++c)
        x[static_cast<size_t>(r) * s.dim_padded + c] = c < s.dim ? random.normal() : 0;
    }
    weights.assign(static_cast<size_t>(s.dim_padded) * s.hidden, __float2bfloat16(0));
    bias.assign(s.dim_padded, 0);
    for (int n = 0; n < s.dim; ++n) {
      bias[n] = random.normal() * 0.1f;
      for (int c = 0; c < s.hidden; ++c)
        if (c % s.width < s.value_dim)
          weights[static_cast<size_t>(n) * s.hidden + c] = __float2bfloat16(random.normal() * 0.08f);
    }
  }

  void expected(int tokens, std::vector<double> &new_x, std::vector<double> &normed) const {
    const int hidden = shape.hidden, dim = shape.dim_padded;
    new_x.assign(static_cast<size_t>(tokens) * dim, 0);
    normed = new_x;
    std::vector<double> gated(hidden), w(weights.size());
    for (size_t i = 0; i < w.size(); ++i) w[i] = check::value(weights[i]);
    for (int r = 0; r < tokens; ++r) {
      const bf16 *o = &attended[static_cast<size_t>(r) * hidden], *u = &uvqk[static_cast<size_t>(r) * 4 * hidden];
      const int real = shape.heads * shape.value_dim;
      double mean = 0, variance = 0;
      for (int c = 0; c < hidden; ++c) mean += check::value(o[c]);
      mean /= real;
      for (int c = 0; c < hidden; ++c)
        if (c % shape.width < shape.value_dim) variance += pow(check::value(o[c]) - mean, 2);
      const double rstd = 1 / sqrt(variance / real + 1e-6);
      for (int c = 0; c < hidden; ++c) gated[c] = check::value(u[c]) * (check::value(o[c]) - mean) * rstd;
      double *row = &new_x[static_cast<size_t>(r) * dim];
      for (int n = 0; n < shape.dim; ++n) {
        double sum = 0;
        for (int k = 0; k < hidden; ++k) sum += gated[k] * w[static_cast<size_t>(n) * hidden + k];
        row[n] = x[static_cast<size_t>(r) * dim + n] + sum + bias[n];
      }
      mean = variance = 0;
      for (int n = 0; n < shape.dim; ++n) mean += row[n] / shape.dim;
      for (int n = 0; n < shape.dim; ++n) variance += (row[n] - mean) * (row[n] - mean) / shape.dim;
      for (int n = 0; n < shape.dim; ++n)
        normed[static_cast<size_t>(r) * dim + n] = (row[n] - mean) / sqrt(variance + 1e-6);
    }
  }
};

struct Run {
  Device<bf16> uvqk, attended, weights, xn;
  Device<float> bias, x;
  Device<BatchHeader> header;
  OutputArgs args;

  Run(const Inputs &in, int tokens)
      : uvqk(in.uvqk), attended(in.attended), weights(in.weights), xn(in.x.size()), bias(in.bias), x(in.x),
        header(std::vector<BatchHeader>{{1, tokens, 1, 1}}),
        args{in.shape, header.data, in.rows, uvqk.data, attended.data, weights.data, bias.data, x.data, xn.data} {}

  struct Result {
    std::vector<float> x;
    std::vector<bf16> xn;
  };

  Result result(const Inputs &in, int tokens, cudaError_t (*output)(const OutputArgs &, cudaStream_t)) {
    xn.poison();
    x.poison();
    check::must(cudaMemcpy(x.data, in.x.data(), static_cast<size_t>(tokens) * in.shape.dim_padded * sizeof(float),
                           cudaMemcpyHostToDevice),
                "x");
    check::must(output(args, nullptr), "output");
    check::must(cudaDeviceSynchronize(), "output");
    return {x.read(), xn.read()};
  }
};

void against_float64(const Shape &shape, int capacity, int tokens, float scale) {
  const Inputs in(shape, capacity, tokens, scale, 7 * tokens + shape.dim);
  Run run(in, tokens);
  std::vector<double> x, xn;
  in.expected(tokens, x, xn);
  const std::string what = check::name(shape, tokens);
  const auto plain = run.result(in, tokens, output_reference), hopper = run.result(in, tokens, output_hopper),
             ampere = run.result(in, tokens, output_ampere);
  const check::Error p = check::error_of(plain.x, x), pn = check::error_of(plain.xn, xn);
  check::expect(p.frobenius < 4e-3 && pn.frobenius < 6e-3, what + " reference");
  const size_t end = static_cast<size_t>(tokens) * shape.dim_padded;
  for (const auto *r : {&hopper, &ampere}) {
    const std::string which = what + (r == &hopper ? " hopper" : " ampere");
    const check::Error e = check::error_of(r->x, x), en = check::error_of(r->xn, xn);
    printf("%-42s scale %6.2f  x error %.2e (plain %.2e) largest %.1e  xn %.2e (plain %.2e) largest %.1e\n", which.c_str(),
           scale, e.frobenius, p.frobenius, e.largest, en.frobenius, pn.frobenius, en.largest);
    check::expect(e.frobenius <= 2 * p.frobenius + 1e-6, which + " x");
    check::expect(en.frobenius <= 2 * pn.frobenius + 1e-5, which + " xn");
    check::expect(check::untouched(r->x, end) && check::untouched(r->xn, end), which + " wrote past the last token");
  }
}

void invariance(const Shape &shape) {
  const int most = 20000;
  const Inputs in(shape, most, most, 1, 3);
  Run run(in, most);
  for (const auto output : {output_hopper, output_ampere}) {
    run.args.rows = most;
    run.header.write({{1, most, 1, 1}});
    const auto all = run.result(in, most, output);
    for (const int tokens : {1, 64, 200, 511, 2048, 9000}) {
      run.args.rows = tokens;
      run.header.write({{1, tokens, 1, 1}});
      const auto some = run.result(in, tokens, output);
      const size_t values = static_cast<size_t>(tokens) * shape.dim_padded;
      check::expect(memcmp(some.x.data(), all.x.data(), values * 4) == 0 &&
                        memcmp(some.xn.data(), all.xn.data(), values * 2) == 0,
                    check::name(shape, tokens) + " bits differ from a larger batch's");
    }
  }
}

void against_reference(const Shape &shape, int tokens) {
  const Inputs in(shape, tokens, tokens, 1, 11);
  Run run(in, tokens);
  const auto plain = run.result(in, tokens, output_reference);
  const auto x = check::widen(plain.x, plain.x.size()), xn = check::widen(plain.xn, plain.xn.size());
  for (const auto output : {output_hopper, output_ampere}) {
    const auto got = run.result(in, tokens, output);
    const check::Error e = check::error_of(got.x, x), en = check::error_of(got.xn, xn);
    printf("%-36s against the reference: x %.2e largest %.1e, xn %.2e\n", check::name(shape, tokens).c_str(), e.frobenius,
           e.largest, en.frobenius);
    check::expect(e.frobenius < 1e-3 && en.frobenius < 3e-3, check::name(shape, tokens) + " against the reference");
  }
}

void time(const Shape &shape, int tokens, const check::Yardstick &yardstick) {
  const size_t set_bytes = static_cast<size_t>(tokens) * (shape.projection() * 2 + shape.hidden * 2 + shape.dim_padded * 6);
  const int sets = static_cast<int>(std::min<size_t>(24, 200'000'000 / set_bytes + 2));
  const Inputs in(shape, tokens, tokens, 1, 1);
  std::vector<Run> runs;
  for (int s = 0; s < sets; ++s) runs.emplace_back(in, tokens);
  const double bytes = tokens * (4.0 * shape.hidden + 10.0 * shape.dim_padded) + 2.0 * shape.hidden * shape.dim_padded;
  const double flop = 2.0 * tokens * shape.hidden * shape.dim_padded;
  const std::string what = check::name(shape, tokens);
  check::print_time("output hopper", what,
                    check::microseconds([&](int i, cudaStream_t s) { return output_hopper(runs[i % sets].args, s); }),
                    bytes, flop);
  check::print_time("output ampere", what,
                    check::microseconds([&](int i, cudaStream_t s) { return output_ampere(runs[i % sets].args, s); }),
                    bytes, flop);
  if (yardstick.handle)
    check::print_time("cuBLAS, product only", what, check::microseconds([&](int i, cudaStream_t s) {
                        const OutputArgs &a = runs[i % sets].args;
                        return yardstick.multiply(a.attended, a.weights, a.xn, tokens, shape.dim_padded, shape.hidden, s);
                      }),
                      2.0 * tokens * (shape.hidden + shape.dim_padded), flop);
}

// Six blocks' products in a row over one set of buffers, as an encoder runs them (attention left out): microseconds a block.
void time_chain(const Shape &shape, int tokens) {
  const Inputs in(shape, tokens, tokens, 1, 1);
  Run run(in, tokens);
  check::Random random(9);
  std::vector<bf16> weights(static_cast<size_t>(shape.projection()) * shape.dim_padded);
  for (bf16 &w : weights) w = __float2bfloat16(random.normal() * 0.05f);
  const Device<bf16> projection(weights);
  check::must(normalize_rows(run.args, nullptr), "norm");
  const ProjectArgs project_args = {shape, run.header.data, tokens, run.xn.data, projection.data, run.uvqk.data, {}, 0};
  const double us = 2 * check::microseconds([&](int i, cudaStream_t s) {
    return i % 2 == 0 ? project_hopper(project_args, s) : output_hopper(run.args, s);
  }, 12);
  const double bytes = tokens * (14.0 * shape.hidden - 2.0 * shape.hidden + 12.0 * shape.dim_padded);
  check::print_time("both products", check::name(shape, tokens), us, bytes, 10.0 * tokens * shape.hidden * shape.dim_padded);
}

}  // namespace

int main(int count, char **arguments) {
  const check::Mode mode(count, arguments);
  for (const int tokens : {1, 63, 64, 65, 130})
    against_float64(check::shape_of(256, 4, 64, 64), tokens + 70, tokens, 1);
  against_float64(check::shape_of(1, 1, 1, 1), 33, 33, 1);
  against_float64(check::shape_of(50, 2, 25, 25), 640, 611, 1);
  against_float64(check::shape_of(100, 3, 17, 31), 300, 257, 1);
  against_float64(check::shape_of(192, 5, 32, 7), 100, 99, 1);
  against_float64(check::shape_of(512, 8, 64, 64), 200, 190, 1);
  against_float64(check::shape_of(300, 1, 20, 20), 200, 190, 1);
  against_float64(check::shape_of(1024, 3, 128, 100), 80, 77, 1);
  if (mode.large) {
    against_float64(check::shape_of(50, 1, 50, 50), 128, 127, 1);
    against_float64(check::shape_of(512, 8, 128, 128), 80, 77, 1);
    against_float64(check::shape_of(64, 8, 128, 128), 400, 390, 1);
    invariance(check::shape_of(64, 5, 128, 120));
    invariance(check::shape_of(400, 5, 64, 64));
    invariance(check::shape_of(200, 11, 32, 32));
    for (const float scale : {1000.0f, 1e-3f, 0.0f})
      against_float64(check::shape_of(256, 4, 64, 64), 128, 100, scale);
    invariance(check::shape_of(256, 4, 64, 64));
    invariance(check::shape_of(512, 8, 64, 64));
    invariance(check::shape_of(50, 2, 25, 25));
    against_reference(check::shape_of(256, 4, 64, 64), 32768);
    against_reference(check::shape_of(512, 8, 64, 64), 16384);
  }
  if (mode.time) {
    const check::Yardstick yardstick;
    for (const int tokens : {512, 2048, 8192, 32768}) time_chain(check::shape_of(256, 4, 64, 64), tokens);
    time_chain(check::shape_of(512, 8, 64, 64), 16384);
    time(check::shape_of(256, 4, 64, 64), 32768, yardstick);
    time(check::shape_of(512, 8, 64, 64), 16384, yardstick);
    time(check::shape_of(256, 4, 64, 64), 18000, yardstick);
    time(check::shape_of(256, 4, 64, 64), 512, yardstick);
    time(check::shape_of(256, 4, 64, 64), 200, yardstick);
    time(check::shape_of(50, 2, 25, 25), 25600, yardstick);
  }
  return check::verdict();
}
