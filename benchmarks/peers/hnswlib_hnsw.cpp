// hnswlib, inner product, M = 16 and efConstruction = 200 (its defaults), as in Debian's libhnswlib-dev.
// Effort: ef.
#include <hnswlib/hnswlib.h>

#include <atomic>
#include <memory>
#include <thread>

#include "driver.h"

namespace {

class HnswlibHnsw : public peers::Engine {
 public:
  std::string name() const override { return "hnswlib"; }
  std::string effort() const override { return "ef"; }

  void build(const peers::Vectors& base, const std::string& folder, int threads) override {
    space_ = std::make_unique<hnswlib::InnerProductSpace>(base.dimension);
    index_ = std::make_unique<hnswlib::HierarchicalNSW<float>>(space_.get(), base.rows, 16, 200);
    index_->addPoint(base.row(0), 0);
    std::atomic<uint32_t> next{1};
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; t++) {
      workers.emplace_back([&] {
        for (uint32_t row = next++; row < base.rows; row = next++) index_->addPoint(base.row(row), row);
      });
    }
    for (std::thread& worker : workers) worker.join();
    index_->saveIndex(folder + "/hnswlib.index");
  }

  void open(const peers::Vectors& base, const std::string& folder) override {
    space_ = std::make_unique<hnswlib::InnerProductSpace>(base.dimension);
    index_ = std::make_unique<hnswlib::HierarchicalNSW<float>>(space_.get(), folder + "/hnswlib.index");
  }

  uint64_t diskBytes(const std::string& folder) const override { return peers::fileBytes(folder + "/hnswlib.index"); }

  uint64_t memoryBytes() const override {
    uint64_t bytes = index_->max_elements_ * (index_->size_data_per_element_ + sizeof(void*));
    for (size_t i = 0; i < index_->cur_element_count; i++) {
      bytes += index_->element_levels_[i] * index_->size_links_per_element_;
    }
    return bytes;
  }

  void search(const float* queries, int count, int k, int effort, int32_t* ids) override {
    index_->setEf(effort);
    for (int q = 0; q < count; q++) {
      auto found = index_->searchKnn(queries + static_cast<size_t>(q) * dimension(), k);
      for (int i = static_cast<int>(found.size()) - 1; i >= 0; i--) {
        ids[static_cast<size_t>(q) * k + i] = static_cast<int32_t>(found.top().second);
        found.pop();
      }
    }
  }

 private:
  size_t dimension() const { return index_->data_size_ / sizeof(float); }

  std::unique_ptr<hnswlib::InnerProductSpace> space_;
  std::unique_ptr<hnswlib::HierarchicalNSW<float>> index_;
};

}  // namespace

int main(int argc, char** argv) {
  HnswlibHnsw engine;
  return peers::run(engine, argc, argv);
}
