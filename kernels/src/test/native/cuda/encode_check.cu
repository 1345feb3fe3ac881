// Whole encodes through the C interface against double on the CPU: random, ragged, tail and extreme shapes; every row of every
// block, the served embeddings, and that a user's bits depend on no batch, lane or repetition.
// usage: encode_check float32|bfloat16 [--small]; --small: few tokens, for tools that slow everything down
#include <cstdio>
#include <string>

#include "encode_reference.h"

namespace {

int failures = 0;

void require(int code, const char *call) {
  if (code == HSTU_OK) return;
  std::printf("FAILED %s: %d %s\n", call, code, hstu_cuda_last_error());
  std::exit(1);
}
#define REQUIRE(call) require((call), #call)

struct Case {
  const char *name;
  hstu_shape shape;
  std::vector<int> lengths;
};

hstu_shape shape(int items, int events, int slots, int dim, int heads, int dqk, int dv, int blocks) {
  return hstu_shape{items, events, slots, dim, heads, dqk, dv, blocks};
}

std::vector<Case> small_cases() {
  return {
      {"one event, width 1", shape(1, 1, 2, 1, 1, 1, 1, 1), {1, 1, 1}},
      {"odd widths", shape(30, 40, 43, 7, 3, 5, 3, 3), {40, 1, 2, 39, 17}},
      {"two tiles", shape(99, 200, 211, 50, 2, 25, 25, 2), {200, 1, 129}},
      {"heads of 64", shape(99, 150, 151, 64, 1, 64, 64, 2), {150, 64, 3}},
      {"heads of 128", shape(77, 130, 131, 33, 1, 128, 128, 2), {130, 2}},
  };
}

std::vector<Case> cases(bool wide_heads) {
  std::vector<Case> all = {
      {"one event, width 1", shape(1, 1, 2, 1, 1, 1, 1, 1), {1, 1, 1}},
      {"odd widths", shape(30, 40, 43, 7, 3, 5, 3, 3), {40, 1, 2, 39, 17}},
      {"ml-1m large shape", shape(300, 200, 211, 50, 2, 25, 25, 8), {200, 1, 199, 64, 63, 65, 128, 129, 127}},
      {"dqk above dv", shape(99, 150, 151, 33, 2, 48, 20, 2), {150, 149, 3}},
      {"the published shape", shape(500, 512, 523, 256, 4, 64, 64, 3), {512, 300, 257, 1}},
      {"wide heads", shape(77, 300, 303, 96, 2, 128, 128, 2), {300, 129, 128}},
      {"many short users", shape(50, 9, 10, 16, 1, 8, 8, 2), std::vector<int>(300, 1)},
      {"pairs of heads of 64", shape(50, 20, 21, 16, 2, 64, 64, 2), std::vector<int>(210, 20)},
      {"widest stream", shape(20, 140, 141, 1024, 1, 16, 16, 2), {140, 5}},
  };
  if (wide_heads) all.push_back({"widest heads", shape(20, 33, 40, 24, 2, 1024, 600, 2), {33, 8}});
  return all;
}

void expect(const char *name, const char *what, double error, double tolerance) {
  const bool passed = error <= tolerance;
  failures += passed ? 0 : 1;
  std::printf("%-20s %-28s %9.2e  tolerance %.0e  %s\n", name, what, error, tolerance, passed ? "ok" : "FAILED");
}

void run(const Case &c, int precision, double tolerance, uint64_t seed) {
  const check::Weights weights = check::random_weights(c.shape, seed);
  std::mt19937_64 random(seed + 1);
  check::Batch batch;
  for (int length : c.lengths) batch.add(random, c.shape, length);
  const check::Encoded expected = check::encode(weights, batch);

  hstu_model *model = nullptr;
  hstu_lane *lane = nullptr;
  const std::vector<const void *> pointers = weights.pointers();
  REQUIRE(hstu_cuda_model_open(0, precision, &c.shape, pointers.data(), static_cast<int>(pointers.size()), &model));
  REQUIRE(hstu_cuda_lane_open(model, std::max(batch.tokens(), c.shape.max_events), batch.users(), &lane));
  hstu_lane_buffers buffers;
  REQUIRE(hstu_cuda_lane_buffers(lane, &buffers));
  batch.lay_down(buffers);

  const size_t values = static_cast<size_t>(batch.tokens()) * c.shape.dim;
  std::vector<float> streams(values * c.shape.blocks, NAN), rows(values, NAN);
  REQUIRE(hstu_cuda_trace(lane, batch.users(), streams.data(), rows.data()));
  double worst = 0;
  for (int block = 0; block < c.shape.blocks; block++) {
    const double error = check::relative_error(&streams[block * values], expected.streams[block]);
    worst = error <= worst ? worst : error;
  }
  expect(c.name, "streams, worst block", worst, tolerance);
  expect(c.name, "rows", check::relative_error(rows.data(), expected.rows), tolerance);

  std::fill_n(buffers.embeddings, expected.users.size(), NAN);
  REQUIRE(hstu_cuda_encode(lane, batch.users()));
  expect(c.name, "users (served)", check::relative_error(buffers.embeddings, expected.users), tolerance);

  const std::vector<float> together(buffers.embeddings, buffers.embeddings + expected.users.size());
  double differing = 0;
  REQUIRE(hstu_cuda_encode(lane, batch.users()));
  differing += std::memcmp(together.data(), buffers.embeddings, together.size() * sizeof(float)) == 0 ? 0 : 1;
  for (int user = 0; user < std::min(batch.users(), 9); user++) {
    batch.only(user).lay_down(buffers);
    REQUIRE(hstu_cuda_encode(lane, 1));
    const float *alone = &together[static_cast<size_t>(user) * c.shape.dim];
    differing += std::memcmp(alone, buffers.embeddings, c.shape.dim * sizeof(float)) == 0 ? 0 : 1;
  }
  expect(c.name, "users whose bits differ", differing, 0);
  REQUIRE(hstu_cuda_lane_close(lane));
  REQUIRE(hstu_cuda_model_close(model));
}

}  // namespace

int main(int count, char **arguments) {
  const std::string precision = count > 1 ? arguments[1] : "";
  if (precision != "float32" && precision != "bfloat16") {
    std::printf("usage: encode_check float32|bfloat16 [--small]\n");
    return 2;
  }
  const bool half = precision == "bfloat16";
  // A check that is killed has said how far it came.
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  hstu_device device;
  REQUIRE(hstu_cuda_device(0, &device));
  std::printf("%s, compute capability %d.%d, %s\n", device.name, device.major, device.minor, precision.c_str());
  uint64_t seed = 1;
  // Half precision keeps 8 bits: a relative rounding of 2^-9 a value, through several blocks.
  const bool small = count > 2 && std::string(arguments[2]) == "--small";
  for (const Case &c : small ? small_cases() : cases(!half)) run(c, half ? HSTU_BFLOAT16 : HSTU_FLOAT32, half ? 3e-2 : 5e-6, seed++);
  std::printf(failures == 0 ? "all checks passed\n" : "%d checks FAILED\n", failures);
  return failures == 0 ? 0 : 1;
}
