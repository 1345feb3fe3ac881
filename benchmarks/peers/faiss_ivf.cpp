// faiss IndexIVFFlat, inner product, as in Debian's libfaiss-dev. Effort: nprobe.
#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/index_io.h>
#include <omp.h>

#include <algorithm>
#include <memory>

#include "driver.h"

namespace {

class FaissIvf : public peers::Engine {
 public:
  std::string name() const override { return "faiss IVF-flat"; }
  std::string effort() const override { return "nprobe"; }

  void build(const peers::Vectors& base, const std::string& folder, int threads) override {
    setThreads(threads);
    // 4096 lists for a million, and as many a row for other sizes; faiss wants 39 training rows a list.
    int lists = std::max(1, std::min<int>(4096 * std::max(1.0, base.rows / 4e6), base.rows / 39));
    quantizer_ = std::make_unique<faiss::IndexFlatIP>(base.dimension);
    index_ = std::make_unique<faiss::IndexIVFFlat>(quantizer_.get(), base.dimension, lists,
                                                   faiss::METRIC_INNER_PRODUCT);
    // A quarter of faiss's own default of training rows: trains four times as fast and searches alike.
    index_->cp.max_points_per_centroid = 64;
    index_->train(base.rows, base.data);
    index_->add(base.rows, base.data);
    faiss::write_index(index_.get(), (folder + "/faiss.index").c_str());
    setThreads(1);
  }

  void open(const peers::Vectors&, const std::string& folder) override {
    setThreads(1);
    index_.reset(dynamic_cast<faiss::IndexIVFFlat*>(faiss::read_index((folder + "/faiss.index").c_str())));
  }

  uint64_t diskBytes(const std::string& folder) const override { return peers::fileBytes(folder + "/faiss.index"); }

  uint64_t memoryBytes() const override {
    return index_->ntotal * (index_->code_size + sizeof(faiss::Index::idx_t)) +
           index_->nlist * index_->d * sizeof(float);
  }

  void search(const float* queries, int count, int k, int effort, int32_t* ids) override {
    index_->nprobe = effort;
    scores_.resize(static_cast<size_t>(count) * k);
    found_.resize(scores_.size());
    index_->search(count, queries, k, scores_.data(), found_.data());
    std::copy(found_.begin(), found_.end(), ids);
  }

 private:
  // The BLAS below faiss takes part in training and assignment only; OPENBLAS_NUM_THREADS bounds it.
  static void setThreads(int threads) { omp_set_num_threads(threads); }

  std::unique_ptr<faiss::IndexFlatIP> quantizer_;
  std::unique_ptr<faiss::IndexIVFFlat> index_;
  std::vector<float> scores_;
  std::vector<faiss::Index::idx_t> found_;
};

}  // namespace

int main(int argc, char** argv) {
  FaissIvf engine;
  return peers::run(engine, argc, argv);
}
