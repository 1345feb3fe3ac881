// The logarithmic buckets of time differences (HSTU.md, "Forward" 2). Float32 logarithms of different libraries differ at some
// edges, so no logarithm is taken: the edges are the integers of golden/time-buckets.json, the same for every engine.
#pragma once

#include <cstdint>

namespace hstu {

// Entries of a block's time table.
constexpr int kTimeTable = 129;

// Edges within 31 bits; the relative times of a batch reach no further (HSTU_MAX_SPAN_SECONDS).
constexpr int kTimeEdges = 71;

// The bucket of a difference of either sign: the number of edges it reaches. Plain binary search.
__host__ __device__ inline int time_bucket(int delta_seconds) {
  // Entry b-1 is the smallest |difference| in seconds whose bucket is at least b; equal neighbours mean that a bucket doesn't occur.
  static constexpr int edges[kTimeEdges] = {
      2, 2, 3, 4, 5, 7, 9, 12, 16, 21,
      28, 38, 51, 68, 92, 124, 167, 226, 305, 412,
      557, 752, 1016, 1372, 1854, 2505, 3385, 4574, 6180, 8350,
      11283, 15245, 20600, 27834, 37610, 50818, 68666, 92782, 125367, 169397,
      228891, 309280, 417901, 564672, 762990, 1030959, 1393042, 1882290, 2543367, 3436623,
      4643595, 6274467, 8478123, 11455709, 15479071, 20915478, 28261151, 38186755, 51598326, 69720053,
      94206444, 127292700, 171999192, 232406601, 314030161, 424319920, 573345376, 774710112, 1046794145, 1414438848,
      1911204161};
  const int distance = delta_seconds < 0 ? -delta_seconds : delta_seconds;
  int low = 0, high = kTimeEdges;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (edges[middle] <= distance) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace hstu
