// The logarithmic buckets of time differences (HSTU.md, "Forward" 2). Float32 logarithms of different libraries differ at some
// edges, so no logarithm is taken: the edges are the integers of golden/time-buckets.json, the same for every engine.
#pragma once

#include <cstdint>

namespace hstu {

constexpr int kTimeEdges = 128;
// Entries of a block's time table.
constexpr int kTimeTable = kTimeEdges + 1;

// Entry b-1 is the smallest |difference| in seconds whose bucket is at least b; equal neighbours mean that a bucket doesn't occur.
constexpr int64_t kTimeEdgeSeconds[kTimeEdges] = {
    2, 2, 3, 4, 5, 7, 9, 12,
    16, 21, 28, 38, 51, 68, 92, 124,
    167, 226, 305, 412, 557, 752, 1016, 1372,
    1854, 2505, 3385, 4574, 6180, 8350, 11283, 15245,
    20600, 27834, 37610, 50818, 68666, 92782, 125367, 169397,
    228891, 309280, 417901, 564672, 762990, 1030959, 1393042, 1882290,
    2543367, 3436623, 4643595, 6274467, 8478123, 11455709, 15479071, 20915478,
    28261151, 38186755, 51598326, 69720053, 94206444, 127292700, 171999192, 232406601,
    314030161, 424319920, 573345376, 774710112, 1046794145, 1414438848, 1911204161, 2582433664,
    3489410432, 4714926848, 6370844929, 8608349696, 11631690241, 15716857344, 21236737025, 28695292928,
    38773372928, 52390873089, 70791081984, 95653629953, 129247899648, 174641078272, 235976794113, 318853627905,
    430838267905, 582153043969, 786609569792, 1062874873856, 1436167241729, 1940563755009, 2622104403969, 3543014178817,
    4787356827649, 6468712792065, 8740590059521, 11810374156289, 15958267133952, 21562972438529, 29136107077633, 39368926429184,
    53195697029121, 71878563594241, 97122946908160, 131233266794497, 177324058214400, 239601604100097, 323751497433089, 437457166270464,
    591095444537345, 798692621680640, 1079203646668800, 1458228034535424, 1970368793280512, 2662387547111425, 3597438166237184, 4860885340258305,
    6568090280132608, 8874853327175681, 11991769344376831, 16203431454703615, 21894198160523267, 29583720776204286, 39973748102660092, 54012827962179580};

// The edges within 31 bits, which the relative times of a batch don't leave (HSTU_MAX_SPAN_SECONDS).
struct NearTimeEdges {
  int seconds[kTimeEdges];
  int count;
};

__host__ __device__ constexpr NearTimeEdges near_time_edges() {
  NearTimeEdges near = {};
  for (int i = 0; i < kTimeEdges && kTimeEdgeSeconds[i] <= INT32_MAX; i++) {
    near.seconds[i] = static_cast<int>(kTimeEdgeSeconds[i]);
    near.count = i + 1;
  }
  return near;
}

// The bucket of a difference of either sign: the number of edges it reaches. Plain binary search.
__host__ __device__ inline int time_bucket(int delta_seconds) {
  static constexpr NearTimeEdges edges = near_time_edges();
  const int distance = delta_seconds < 0 ? -delta_seconds : delta_seconds;
  int low = 0, high = edges.count;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (edges.seconds[middle] <= distance) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace hstu
