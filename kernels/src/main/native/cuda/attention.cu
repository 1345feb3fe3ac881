#include "attention.cuh"

namespace hstu {
namespace {

// Query tiles of 192 rows times pairs of heads that keep an H100's 132 multiprocessors busy for two rounds.
constexpr int kManyTiles = 264;

}  // namespace

int query_tile_rows(const Shape &shape, int tokens) {
  const int heads_together = kMaxHeadWidth / shape.width;
  const int units = tokens / 192 * ((shape.heads + heads_together - 1) / heads_together);
  return units >= kManyTiles ? 192 : 128;
}

cudaError_t attention(const AttentionArgs &args, Path path, cudaStream_t stream) {
  return path == Path::kHopper ? attention_hopper(args, stream) : attention_ampere(args, stream);
}

}  // namespace hstu
