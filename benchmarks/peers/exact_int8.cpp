// Exact scan of int8 codes by AVX-512 VNNI, 32 queries a sweep, what is best by codes scored again in float32: the
// yardstick for our own exact scan on the same machine. Effort: how many are kept by codes, in percent of k.
//
// Codes of a value v are round(127 v / max|v|), stored plus 128 as vpdpbusd wants one side unsigned; the product is
// mended by 128 times the sum of the query's codes. Blocks of 16 rows, uint8 [dimension / 4][16][4], so that a lane is a row.
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "driver.h"

namespace {

constexpr int kLanes = 16;
constexpr int kBatch = 32;
// Queries that share the loads of a block.
constexpr int kTile = 8;
// Blocks swept for one tile after another, 16 KiB of codes at 64 values: they stay in the first-level cache.
constexpr size_t kSweptBlocks = 16;

struct Scored {
  int32_t score;
  int32_t row;
};

inline bool better(const Scored& a, const Scored& b) { return a.score > b.score; }

// The best so far by deferred selection: what is above the floor is appended, and when the buffer is full the best stay.
class Kept {
 public:
  void reset(size_t capacity) {
    capacity_ = capacity;
    buffer_.resize(4 * capacity + 1024 + kLanes);
    size_ = 0;
    floor_ = INT32_MIN;
  }

  int32_t floor() const { return floor_; }

  void offer(__m512i scores, __mmask16 above, int32_t firstRow) {
    int32_t rows = static_cast<int32_t>(above);
    alignas(64) int32_t values[kLanes];
    _mm512_store_si512(values, scores);
    while (rows != 0) {
      int lane = __builtin_ctz(rows);
      rows &= rows - 1;
      buffer_[size_++] = {values[lane], firstRow + lane};
    }
    if (size_ + kLanes > buffer_.size()) select();
  }

  const std::vector<Scored>& best() {
    select();
    buffer_.resize(size_);
    return buffer_;
  }

 private:
  void select() {
    if (size_ <= capacity_) return;
    std::nth_element(buffer_.begin(), buffer_.begin() + capacity_ - 1, buffer_.begin() + size_, better);
    size_ = capacity_;
    floor_ = buffer_[capacity_ - 1].score;
  }

  std::vector<Scored> buffer_;
  size_t size_ = 0;
  size_t capacity_ = 0;
  int32_t floor_ = INT32_MIN;
};

class ExactInt8 : public peers::Engine {
 public:
  std::string name() const override { return "exact int8 (C++, VNNI)"; }
  std::string effort() const override { return "kept %"; }
  int batch() const override { return kBatch; }

  void build(const peers::Vectors& base, const std::string& folder, int) override { open(base, folder); }

  void open(const peers::Vectors& base, const std::string&) override {
    base_ = base;
    groups_ = (base.dimension + 3) / 4;
    size_t blocks = (base.rows + kLanes - 1) / kLanes;
    codeBytes_ = blocks * groups_ * 64;
    codes_.reset(static_cast<uint8_t*>(aligned_alloc(64, codeBytes_)));
    memset(codes_.get(), 128, codeBytes_);
    float largest = 0;
    for (size_t i = 0; i < static_cast<size_t>(base.rows) * base.dimension; i++) {
      largest = std::max(largest, std::fabs(base.data[i]));
    }
    float scale = largest > 0 ? 127 / largest : 0;
    for (size_t row = 0; row < base.rows; row++) {
      uint8_t* block = codes_.get() + row / kLanes * groups_ * 64 + row % kLanes * 4;
      for (uint32_t c = 0; c < base.dimension; c++) {
        block[c / 4 * 64 + c % 4] = static_cast<uint8_t>(128 + std::lrintf(base.row(row)[c] * scale));
      }
    }
  }

  uint64_t diskBytes(const std::string&) const override {
    return codeBytes_ + sizeof(float) * base_.rows * static_cast<uint64_t>(base_.dimension);
  }

  uint64_t memoryBytes() const override { return diskBytes(""); }

  void search(const float* queries, int count, int k, int effort, int32_t* ids) override {
    size_t kept = std::min<size_t>(base_.rows, static_cast<size_t>(k) * effort / 100);
    for (int q = 0; q < kBatch; q++) {
      // A batch that isn't full repeats its last query.
      code(queries + static_cast<size_t>(std::min(q, count - 1)) * base_.dimension, q);
      kept_[q].reset(kept);
    }
    size_t blocks = (base_.rows + kLanes - 1) / kLanes;
    for (size_t first = 0; first < blocks; first += kSweptBlocks) {
      size_t end = std::min(blocks, first + kSweptBlocks);
      for (int q = 0; q < count; q += kTile) sweep(q, first, end);
    }
    for (int q = 0; q < count; q++) {
      rescore(queries + static_cast<size_t>(q) * base_.dimension, kept_[q].best(), k, ids + static_cast<size_t>(q) * k);
    }
  }

 private:
  void code(const float* query, int q) {
    float largest = 0;
    for (uint32_t c = 0; c < base_.dimension; c++) largest = std::max(largest, std::fabs(query[c]));
    std::vector<int8_t>& codes = queryCodes_[q];
    codes.assign(groups_ * 4, 0);
    int32_t sum = 0;
    for (uint32_t c = 0; c < base_.dimension; c++) {
      codes[c] = static_cast<int8_t>(largest > 0 ? std::lrintf(query[c] * 127 / largest) : 0);
      sum += codes[c];
    }
    start_[q] = -128 * sum;
  }

  void sweep(int firstQuery, size_t firstBlock, size_t endBlock) {
    const int32_t* query[kTile];
    for (int t = 0; t < kTile; t++) query[t] = reinterpret_cast<const int32_t*>(queryCodes_[firstQuery + t].data());
    for (size_t block = firstBlock; block < endBlock; block++) {
      const uint8_t* codes = codes_.get() + block * groups_ * 64;
      __m512i sums[kTile];
      for (int t = 0; t < kTile; t++) sums[t] = _mm512_set1_epi32(start_[firstQuery + t]);
      for (size_t g = 0; g < groups_; g++) {
        __m512i rows = _mm512_load_si512(codes + g * 64);
        for (int t = 0; t < kTile; t++) {
          sums[t] = _mm512_dpbusd_epi32(sums[t], rows, _mm512_set1_epi32(query[t][g]));
        }
      }
      size_t left = base_.rows - block * kLanes;
      __mmask16 present = left >= kLanes ? 0xFFFF : static_cast<__mmask16>((1u << left) - 1);
      for (int t = 0; t < kTile; t++) {
        Kept& kept = kept_[firstQuery + t];
        __mmask16 above = _mm512_mask_cmpgt_epi32_mask(present, sums[t], _mm512_set1_epi32(kept.floor()));
        if (above != 0) kept.offer(sums[t], above, static_cast<int32_t>(block * kLanes));
      }
    }
  }

  void rescore(const float* query, const std::vector<Scored>& best, int k, int32_t* ids) {
    exact_.clear();
    for (const Scored& candidate : best) {
      const float* row = base_.row(candidate.row);
      float product = 0;
      for (uint32_t c = 0; c < base_.dimension; c++) product += query[c] * row[c];
      exact_.emplace_back(-product, candidate.row);
    }
    size_t found = std::min<size_t>(k, exact_.size());
    std::nth_element(exact_.begin(), exact_.begin() + (found == 0 ? 0 : found - 1), exact_.end());
    std::sort(exact_.begin(), exact_.begin() + found);
    for (size_t i = 0; i < found; i++) ids[i] = exact_[i].second;
  }

  struct Freed {
    void operator()(uint8_t* memory) const { free(memory); }
  };

  peers::Vectors base_;
  size_t groups_ = 0;
  uint64_t codeBytes_ = 0;
  std::unique_ptr<uint8_t, Freed> codes_;
  std::vector<int8_t> queryCodes_[kBatch];
  int32_t start_[kBatch] = {};
  Kept kept_[kBatch];
  std::vector<std::pair<float, int32_t>> exact_;
};

}  // namespace

int main(int argc, char** argv) {
  ExactInt8 engine;
  return peers::run(engine, argc, argv);
}
