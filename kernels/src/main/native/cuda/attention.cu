#include "attention.cuh"

#include <algorithm>

namespace hstu {
namespace {

// Of an H100. On a smaller card units are narrower than they need be.
constexpr int64_t kMultiprocessors = 132;

// Whether a multiprocessor's fair share of the batch's work is at least its longest unit. Work is counted in keys.
bool fits_fair_share(const Shape &shape, const int *offsets, int users, const TileForm &form) {
  int64_t longest = 0, total = 0;
  for (int user = 0; user < users; user++) {
    const int last = last_tile_row(offsets[user + 1] - offsets[user], form.rows) + form.rows;
    longest = std::max<int64_t>(longest, last);
    for (int keys = last; keys > 0; keys -= form.rows) total += keys;
  }
  return longest * kMultiprocessors <= total * ((shape.heads + form.heads - 1) / form.heads);
}

}  // namespace

TileForm tile_form(const Shape &shape, const int *offsets, int users) {
  int longest = 0;
  for (int user = 0; user < users; user++) longest = std::max(longest, offsets[user + 1] - offsets[user]);
  // Heads wider than tensor cores take are computed in float32, one after another.
  const TileForm widest{192, std::max(1, kMaxHeadWidth / shape.width)}, pairs{128, 2}, single{128, 1};
  // Of an odd number of heads the last would be computed twice.
  const bool paired = shape.width == kPairedWidth && shape.heads % 2 == 0;
  if (!(paired && longest <= kShortUser) && fits_fair_share(shape, offsets, users, widest)) return widest;
  return paired && fits_fair_share(shape, offsets, users, pairs) ? pairs : single;
}

cudaError_t attention(const AttentionArgs &args, Path path, cudaStream_t stream) {
  return path == Path::kHopper ? attention_hopper(args, stream) : attention_ampere(args, stream);
}

}  // namespace hstu
