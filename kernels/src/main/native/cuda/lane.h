// A lane: one stream, and all memory that encoding a batch needs, taken once.
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "batch.h"
#include "forward.h"
#include "memory.h"
#include "model.h"

namespace hstu {

class Stream {
 public:
  Stream() { HSTU_REQUIRE(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  Stream(const Stream &) = delete;
  Stream &operator=(const Stream &) = delete;
  ~Stream() { cudaStreamDestroy(stream_); }
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

// An encode of one size class as the driver replays it: copies and launches cost one call together.
class Graph {
 public:
  Graph() = default;
  Graph(const Graph &) = delete;
  Graph &operator=(const Graph &) = delete;
  ~Graph() {
    // A size class that was never met has none, and the driver calls that an invalid argument.
    if (executable_ != nullptr) cudaGraphExecDestroy(executable_);
  }

  bool recorded() const { return executable_ != nullptr; }

  // Records what `enqueue` puts on the stream, without running it.
  template <typename Enqueue>
  void record(cudaStream_t stream, Enqueue enqueue) {
    HSTU_REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    cudaGraph_t graph = nullptr;
    try {
      enqueue();
    } catch (...) {
      cudaStreamEndCapture(stream, &graph);
      cudaGraphDestroy(graph);
      cudaGetLastError();
      throw;
    }
    HSTU_REQUIRE(cudaStreamEndCapture(stream, &graph));
    const cudaError_t status = cudaGraphInstantiate(&executable_, graph, 0);
    cudaGraphDestroy(graph);
    require(status, "cudaGraphInstantiate");
  }

  void launch(cudaStream_t stream) { HSTU_REQUIRE(cudaGraphLaunch(executable_, stream)); }

 private:
  cudaGraphExec_t executable_ = nullptr;
};

class StatePool;

class Lane {
 public:
  // The model outlives the lane.
  Lane(const Model &model, int max_tokens, int max_users);
  ~Lane();

  hstu_lane_buffers buffers() const;
  const Model &model() const { return model_; }
  cudaStream_t stream() const { return stream_.get(); }

  void encode_start(int users);
  void encode_wait();
  // Encodes and keeps; see hstu_cuda_encode_keeping.
  void encode_keeping(int users, const StatePool &states, const int *first_pages, const int *page_table, int entries);
  void trace(int users, float *streams, float *rows);

 private:
  struct SizeClass {
    bool warm = false;  // has run once, so that everything is loaded that a recording must not load
    Graph graph;
  };

  // Packs the batch in the lane's buffers for the copy that `send` enqueues.
  void pack(const BatchCapacity &counts, const TileForm &form, const BatchLayout &layout);
  // The form of the query tiles that suits the batch in the lane's buffers.
  TileForm form_of(const BatchCapacity &counts) const;
  void send(const BatchLayout &layout);
  void download(int users);
  // Sends page lists to the device, whose memory for them is taken on first use.
  KeptPages send_pages(int users, const StatePool &states, const int *first_pages, const int *page_table, int entries);
  // Upload, forward pass and download, with launches sized for `grid`.
  void enqueue(const BatchLayout &layout, const BatchCapacity &grid, const TileForm &form);

  const Model &model_;
  const BatchCapacity capacity_;
  Stream stream_;
  PinnedBuffer<int> offsets_;
  PinnedBuffer<int> items_;
  PinnedBuffer<int64_t> times_;
  PinnedBuffer<int64_t> request_times_;
  PinnedBuffer<float> embeddings_;
  PinnedBuffer<char> packed_;
  DeviceBuffer<char> batch_;
  DeviceBuffer<float> device_embeddings_;
  PinnedBuffer<int> page_lists_;
  DeviceBuffer<int> device_page_lists_;
  std::unique_ptr<ForwardPass> pass_;
  std::map<std::pair<int, int>, SizeClass> classes_;  // by users and tokens
};

}  // namespace hstu
