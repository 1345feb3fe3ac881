#include "states.cuh"

namespace hstu {
namespace {

constexpr int kWarps = 8;

// The user a token belongs to: the last whose first token isn't past it.
__device__ int user_of(const BatchArrays &batch, int token) {
  int user = 0, end = batch.header->users;
  while (end - user > 1) {
    const int middle = (user + end) / 2;
    if (batch.offsets[middle] <= token) {
      user = middle;
    } else {
      end = middle;
    }
  }
  return user;
}

// A row a warp, 16 bytes a lane.
__global__ void __launch_bounds__(32 * kWarps) keep_kernel(KeepArgs args) {
  const int token = blockIdx.x * kWarps + threadIdx.x / 32;
  const int lane = threadIdx.x % 32;
  if (token >= args.batch.header->tokens) return;
  const int user = user_of(args.batch, token);
  if (args.kept.first_page[user] < 0) return;
  const int position = token - args.batch.offsets[user];
  const int page = args.kept.page_table[args.kept.first_page[user] + position / kPageRows];
  const int row = position % kPageRows;
  const int hidden = args.shape.hidden;
  const bf16 *source = args.uvqk + static_cast<size_t>(token) * args.shape.projection();
  bf16 *keys = args.kept.pages.keys(page, args.block) + row * hidden;
  bf16 *values = args.kept.pages.values(page, args.block) + row * hidden;
  for (int c = 8 * lane; c < hidden; c += 256) {
    *reinterpret_cast<uint4 *>(values + c) = *reinterpret_cast<const uint4 *>(source + hidden + c);
    *reinterpret_cast<uint4 *>(keys + c) = *reinterpret_cast<const uint4 *>(source + 3 * hidden + c);
  }
  if (args.block == 0 && lane == 0) {
    args.kept.pages.times(page)[row] = args.batch.times[args.batch.time_offsets[user] + position];
  }
}

}  // namespace

cudaError_t keep(const KeepArgs &args, cudaStream_t stream) {
  keep_kernel<<<(args.most_tokens + kWarps - 1) / kWarps, 32 * kWarps, 0, stream>>>(args);
  return cudaGetLastError();
}

}  // namespace hstu
