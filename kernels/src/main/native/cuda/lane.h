// A lane: one stream, and all memory that encoding a batch needs, taken once.
#pragma once

#include "batch.h"
#include "float32.cuh"
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
  void trace(int users, float *streams, float *rows);

 private:
  // Packs the batch in the lane's buffers and sends it off.
  BatchArrays upload(const BatchCapacity &counts);
  void forward(const BatchArrays &batch, const BatchCapacity &counts);

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
  Float32Workspace float32_;
};

}  // namespace hstu
