// What the check programs share: CUDA calls that must succeed, timing, and the edges of the time buckets.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#define CHECK(call)                                                                                       \
  do {                                                                                                    \
    const cudaError_t status = (call);                                                                    \
    if (status != cudaSuccess) {                                                                          \
      fprintf(stderr, "%s:%d %s: %s\n", __FILE__, __LINE__, #call, cudaGetErrorString(status));           \
      exit(2);                                                                                            \
    }                                                                                                     \
  } while (0)

namespace check {

// Times of runs in milliseconds, in ascending order, by events, after warm-up; `before` is put on the stream ahead of each
// and isn't counted.
template <typename Run, typename Before>
std::vector<float> sorted_milliseconds(Run run, Before before, int repeats) {
  cudaEvent_t begin, end;
  CHECK(cudaEventCreate(&begin));
  CHECK(cudaEventCreate(&end));
  for (int i = 0; i < 3; i++) run();
  std::vector<float> times(repeats);
  for (float &time : times) {
    before();
    CHECK(cudaEventRecord(begin));
    run();
    CHECK(cudaEventRecord(end));
    CHECK(cudaEventSynchronize(end));
    CHECK(cudaEventElapsedTime(&time, begin, end));
  }
  CHECK(cudaEventDestroy(begin));
  CHECK(cudaEventDestroy(end));
  std::sort(times.begin(), times.end());
  return times;
}

// Median time of one run in milliseconds.
template <typename Run>
double median_milliseconds(Run run, int repeats = 15) {
  return sorted_milliseconds(run, [] {}, repeats)[repeats / 2];
}

struct Times {
  double median, low, high;  // milliseconds; low and high leave one run of fifteen outside
};

// Times of one run behind a write of 256 MB: the L2 cache holds none of its input, and the launch waits in the queue, so
// that what the host takes to launch isn't counted. Public figures of single kernels are commonly taken like this.
template <typename Run>
Times times_after_flush(Run run, int repeats = 15) {
  constexpr size_t kFlush = 256 << 20;
  void *flush;
  CHECK(cudaMalloc(&flush, kFlush));
  const std::vector<float> times =
      sorted_milliseconds(run, [flush] { CHECK(cudaMemsetAsync(flush, 1, kFlush)); }, repeats);
  CHECK(cudaFree(flush));
  return {times[repeats / 2], times[repeats / 15], times[repeats - 1 - repeats / 15]};
}

// The smallest time difference of each bucket 1..128, as in the encoder's time-buckets.json.
inline const std::vector<int64_t> &edges() {
  static const std::vector<int64_t> values = {
      2ll, 2ll, 3ll, 4ll, 5ll, 7ll, 9ll, 12ll, 16ll, 21ll, 28ll, 38ll, 51ll, 68ll, 92ll, 124ll, 167ll, 226ll, 305ll,
      412ll, 557ll, 752ll, 1016ll, 1372ll, 1854ll, 2505ll, 3385ll, 4574ll, 6180ll, 8350ll, 11283ll, 15245ll, 20600ll,
      27834ll, 37610ll, 50818ll, 68666ll, 92782ll, 125367ll, 169397ll, 228891ll, 309280ll, 417901ll, 564672ll,
      762990ll, 1030959ll, 1393042ll, 1882290ll, 2543367ll, 3436623ll, 4643595ll, 6274467ll, 8478123ll, 11455709ll,
      15479071ll, 20915478ll, 28261151ll, 38186755ll, 51598326ll, 69720053ll, 94206444ll, 127292700ll, 171999192ll,
      232406601ll, 314030161ll, 424319920ll, 573345376ll, 774710112ll, 1046794145ll, 1414438848ll, 1911204161ll,
      2582433664ll, 3489410432ll, 4714926848ll, 6370844929ll, 8608349696ll, 11631690241ll, 15716857344ll,
      21236737025ll, 28695292928ll, 38773372928ll, 52390873089ll, 70791081984ll, 95653629953ll, 129247899648ll,
      174641078272ll, 235976794113ll, 318853627905ll, 430838267905ll, 582153043969ll, 786609569792ll,
      1062874873856ll, 1436167241729ll, 1940563755009ll, 2622104403969ll, 3543014178817ll, 4787356827649ll,
      6468712792065ll, 8740590059521ll, 11810374156289ll, 15958267133952ll, 21562972438529ll, 29136107077633ll,
      39368926429184ll, 53195697029121ll, 71878563594241ll, 97122946908160ll, 131233266794497ll, 177324058214400ll,
      239601604100097ll, 323751497433089ll, 437457166270464ll, 591095444537345ll, 798692621680640ll,
      1079203646668800ll, 1458228034535424ll, 1970368793280512ll, 2662387547111425ll, 3597438166237184ll,
      4860885340258305ll, 6568090280132608ll, 8874853327175681ll, 11991769344376831ll, 16203431454703615ll,
      21894198160523267ll, 29583720776204286ll, 39973748102660092ll, 54012827962179580ll,
  };
  return values;
}

}  // namespace check
