// Kept user states on a device: the pages, and a stream on which events are appended. Which user owns which page is the caller's
// business; nothing here remembers users.
#pragma once

#include <vector>

#include "lane.h"
#include "rows.cuh"

namespace hstu {

// Pages of a user with `length` events.
inline int pages_of(int length) { return (length + kPageRows - 1) / kPageRows; }

class StatePool {
 public:
  // Takes as many pages as `bytes` hold, at least those of one user of Nmax events. The model outlives the pool.
  StatePool(const Model &model, int64_t bytes, int max_users);
  ~StatePool();

  hstu_states_buffers buffers() const;
  const Model &model() const { return model_; }
  StatePages pages() const;

  // A Failure unless `entries` page numbers are the pool's.
  void require_pages(const int *page_table, int entries) const;

  // Appends what is laid down in the buffers, and returns when the embeddings are there.
  void append(int users);

 private:
  int require_appends(int users) const;

  const Model &model_;
  const int max_users_;
  const int page_count_;
  RowsPlan plan_;
  std::vector<BlockWeights> weights_;
  Stream stream_;
  DeviceBuffer<char> memory_;
  DeviceBuffer<char> workspace_;
  // Users, then their page numbers: one copy carries both.
  PinnedBuffer<char> calls_;
  DeviceBuffer<char> device_calls_;
  PinnedBuffer<float> embeddings_;
  DeviceBuffer<float> device_embeddings_;
};

}  // namespace hstu
