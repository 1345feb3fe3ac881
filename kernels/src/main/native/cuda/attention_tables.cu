#include <cstring>

#include "attention.cuh"

namespace hstu {
namespace {

int bucket_of(int64_t difference, const int64_t *edges) {
  int bucket = 0;
  while (bucket < 128 && edges[bucket] <= difference) bucket++;
  return bucket;
}

// Smallest integer that falls into a bin: its float has exponent bin / 8 and mantissa (bin % 8) / 8.
int64_t first_of_bin(int bin) {
  const int exponent = bin / 8;
  const int64_t eighths = 8 + bin % 8;
  return exponent >= 3 ? eighths << (exponent - 3) : (eighths + (1 << (3 - exponent)) - 1) >> (3 - exponent);
}

}  // namespace

void bias_tables(void *tables, const float *positions, const float *times, const int64_t *edges, int slots) {
  std::memset(tables, 0, bias_tables_bytes(slots));
  BiasTables *target = static_cast<BiasTables *>(tables);
  int steps = 0;
  target->step_edge[0] = 0;
  target->step_value[0] = 0.5f * times[0];
  for (int bin = 0; bin < kTimeBins; bin++) {
    const int64_t first = first_of_bin(bin);
    const int64_t next = first_of_bin(bin + 1);
    const int before = first == 0 ? 0 : bucket_of(first - 1, edges);
    int64_t edge = next;  // none within the bin
    for (int b = 1; b <= 128; b++) {
      if (edges[b - 1] >= first && edges[b - 1] < next) {
        edge = edges[b - 1];
        break;
      }
    }
    TimeBin &entry = target->bins[bin];
    entry.step = steps;
    entry.low = 0.5f * times[before];
    entry.edge = edge > 0xffffffffll ? 0xffffffffu : static_cast<uint32_t>(edge);
    entry.high = entry.low;
    if (edge < next) {
      entry.high = 0.5f * times[bucket_of(edge, edges)];
      steps++;
      target->step_edge[steps] = static_cast<uint32_t>(edge);
      target->step_value[steps] = entry.high;
    }
  }
  for (int step = steps + 1; step < kTimeSteps; step++) {
    target->step_edge[step] = 0xffffffffu;
    target->step_value[step] = target->step_value[steps];
  }
  const int origin = position_origin(slots);
  float *even = reinterpret_cast<float *>(target + 1);
  float *odd = even + position_entries(slots);
  for (int d = -(slots - 1); d <= 0; d++) {
    const float half = 0.5f * positions[slots - 1 + d];
    even[d + origin] = half;
    odd[d + origin + 1] = half;
  }
}

}  // namespace hstu
