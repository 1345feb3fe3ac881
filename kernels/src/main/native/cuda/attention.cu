#include "attention.cuh"

namespace hstu {
namespace {

// Measured on H100 (benchmarks/RESULTS.md): from about this length on the longer tiles win.
constexpr int kLongUser = 1536;

}  // namespace

int query_tile_rows(const Shape &shape, int longest) {
  return shape.width == 128 || longest >= kLongUser ? 192 : 128;
}

cudaError_t attention(const AttentionArgs &args, Path path, cudaStream_t stream) {
  return path == Path::kHopper ? attention_hopper(args, stream) : attention_ampere(args, stream);
}

}  // namespace hstu
